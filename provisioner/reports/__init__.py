"""Usage reports: slices of responses in, tables, JSON and CSV out; nothing here reads a file."""
