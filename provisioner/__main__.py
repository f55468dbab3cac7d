"""`python -m provisioner` is `claude-otel`."""

from provisioner.entry import main

main()
