"""A stack's data in one file: written, checked, and brought back."""
