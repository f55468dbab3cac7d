"""What does the configuration that most people copy make of the same work?"""
