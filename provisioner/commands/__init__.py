"""The commands of `claude-otel`, one module each, by name; here is what each is for."""

COMMANDS = {
    "backfill": "Add what only the client's transcripts know to Prometheus and Loki.",
    "clean": "Stop the stack and delete its data.",
    "demo": "Show the boards with an invented team's data.",
    "doctor": "Say why no data arrives, and what to do about it.",
    "down": "Stop the stack in the right order; its data stays.",
    "env": "Print the client's environment for a shell to evaluate.",
    "logs": "Show the engines' logs, or telemetry as it arrives.",
    "plan": "Show what `up` would change, and why; changes nothing.",
    "reconcile": "Compare the client's transcripts with Loki and the ledger, by day and project.",
    "render": "Render every config to build/, and start nothing.",
    "restart": "Restart engines and prove the stack again.",
    "setup": "Make Claude Code send its telemetry here, by its own settings.",
    "status": "Show the engines and what has been spent.",
    "up": "Start the stack, or bring it up to date, and prove it.",
    "verify": "Prove that telemetry comes out where it went in.",
}
"""The first line of each one's help: a list of them must not have to import them all."""
