"""The commands of `claude-otel`, one module each, by name; here is what each is for."""

COMMANDS = {
    "backfill": "Add what only the client's transcripts know to the stack.",
    "backup": "Write all of the stack's data to a file.",
    "clean": "Stop the stack and delete its data.",
    "cost": "Show what a session used, and how full its context is.",
    "demo": "Show the boards with an invented team's data.",
    "doctor": "Say why no data arrives, and what to do about it.",
    "down": "Stop the stack in the right order; its data stays.",
    "env": "Print the client's environment for a shell to evaluate.",
    "hook": "Repair by itself, at the end of each session, what its exit lost.",
    "logs": "Show the engines' logs, or telemetry as it arrives.",
    "monitor": "Watch a session while it goes on.",
    "plan": "Show what `up` would change, and why; changes nothing.",
    "reconcile": "Compare the client's transcripts with Loki and the ledger, by day and project.",
    "render": "Render every config to build/, and start nothing.",
    "restart": "Restart engines and prove the stack again.",
    "restore": "Bring the stack back from a backup.",
    "setup": "Make Claude Code send its telemetry here, by its own settings.",
    "status": "Show the engines and what has been spent.",
    "statusline": "Print one line for Claude Code's status line.",
    "up": "Start the stack, or bring it up to date, and prove it.",
    "usage": "Show what was used, from the client's transcripts.",
    "verify": "Prove that telemetry comes out where it went in.",
}
"""The first line of each one's help: a list of them must not have to import them all."""
