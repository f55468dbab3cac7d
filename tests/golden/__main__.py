"""Writes the golden trees: `python -m tests.golden`."""

from __future__ import annotations

import sys

from provisioner.files import remove_stale, write_atomically
from tests.golden import CASES, FOLDER, rendered_now

for case in CASES:
    artifacts = rendered_now(case)
    tree = FOLDER / case / "rendered"
    for path, text in artifacts.items():
        write_atomically(tree / path, text)
    remove_stale(tree, artifacts)
    sys.stdout.write(f"{tree.relative_to(FOLDER.parents[1])}: {len(artifacts)} files\n")
