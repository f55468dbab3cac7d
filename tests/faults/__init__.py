"""Is anything lost, or counted twice, when things go wrong? `make faults` asks."""
