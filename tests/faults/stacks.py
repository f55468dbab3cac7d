"""Which stacks do faults get that leave traces? Native ones of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.disks import Disk, small_disk
from tests.stack.stacks import TestStack, prepare_stack


@contextmanager
def own_stack(folder: Path, **settings: str) -> Iterator[TestStack]:
    """A running native stack with settings of its own, until the block ends."""
    stack = prepare_stack(folder, "native")
    _set(stack, settings)
    try:
        stack.succeed("up")
        yield stack
    finally:
        stack.succeed("clean", "--yes")


@contextmanager
def stack_with_small_disk(
    folder: Path, engine: str, megabytes: int
) -> Iterator[tuple[TestStack, Disk]]:
    """A running native stack, one of whose engines has a small disk of its own."""
    stack = prepare_stack(folder, "native")
    with small_disk(stack.home / "data" / engine, megabytes) as disk:
        try:
            stack.succeed("up")
            yield stack, disk
        finally:
            disk.free()
            stack.succeed("clean", "--yes")


def _set(stack: TestStack, settings: dict[str, str]) -> None:
    with (stack.root / ".env").open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in settings.items())
