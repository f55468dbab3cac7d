"""Runtimes: Docker Compose and native processes."""
