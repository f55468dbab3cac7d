"""What is a session doing now? Its cost, its context, the limits, and what changes in them."""
