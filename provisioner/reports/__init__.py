"""Usage reports: slices of responses in, rows, tables, JSON and CSV out; nothing here reads a file."""
