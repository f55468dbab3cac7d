"""What would the boards look like with a team at work? An invented one, in a stack of its own."""
