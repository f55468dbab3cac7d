"""Each module is one board: the question it answers, and the panels that do."""
