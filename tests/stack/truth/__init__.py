"""What is true, whatever the stack says: facts from records, and the tests' own arithmetic."""
