# A report of `claude-otel usage model --json` as a table in Markdown.
def cost: if . == null then "unknown" else "$\(. * 10000 | round / 10000)" end;
def line: "| \(.key) | \(.requests) | \(.input_tokens + .cache_read_tokens + .cache_write_tokens) | \(.output_tokens) | \(.cost_usd | cost) |";

"| model | requests | input, cached or not | output | cost at list prices |",
"|---|--:|--:|--:|--:|",
(.rows[] | line),
(.totals + {key: "**total**"} | line)
