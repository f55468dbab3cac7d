"""Unit tests of provisioner/keep."""
