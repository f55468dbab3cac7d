"""`python -m provisioner` is `claude-otel`."""

from provisioner.cli import main

main()
