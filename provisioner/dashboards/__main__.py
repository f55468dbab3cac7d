"""Are the committed boards what the code says? `python -m provisioner.dashboards` makes them so."""

from __future__ import annotations

import sys
from pathlib import Path

from provisioner.dashboards import DASHBOARDS
from provisioner.dashboards.encode import encode

FOLDER = Path(__file__).parents[2] / "grafana" / "dashboards"


def write(folder: Path) -> None:
    """Write every board into the folder, and remove the boards that are no more."""
    boards = {folder / f"{board.name}.json": encode(board) for board in DASHBOARDS}
    for stale in set(folder.glob("*.json")) - set(boards):
        stale.unlink()
    for path, text in boards.items():
        path.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"grafana/dashboards/{path.name}\n")


if __name__ == "__main__":
    write(FOLDER)
