"""The observability stack for Claude Code: renders, runs and proves it."""

__version__ = "0.1.0"
