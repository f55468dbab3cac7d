# Written by claude-otel from the settings; setup-env.sh reads it.
claude_otel_grpc_port=14317
claude_otel_http_port=14318
if [ -r /var/lib/claude-otel-test/secrets/ingest-token ]; then
  IFS= read -r claude_otel_header </var/lib/claude-otel-test/secrets/ingest-token
  claude_otel_header=Authorization=Bearer%20$claude_otel_header
  claude_otel_doors=' http://localhost:14317 http://localhost:14318 http://127.0.0.1:14317 http://127.0.0.1:14318 '
fi
