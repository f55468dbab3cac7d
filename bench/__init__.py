"""What measures speed; see README.md."""
