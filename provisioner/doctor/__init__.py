"""Why is there no data? What is seen, what it means, and how to mend it."""
