"""The commands of `claude-otel`, one module each, by name."""
