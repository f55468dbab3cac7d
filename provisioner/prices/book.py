"""Where are derived prices kept, so that quick commands need not ask for them again?"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from provisioner.prices.tariff import Tariff, parse_tariff

Book = Mapping[str, Tariff | None]
"""By name of the model, as the client writes it; None: it was looked for, and has no price."""

FILE = "prices.json"
DERIVATION = 1
"""Counted up when the same price list would give other figures."""


@cache
def version() -> str:
    """Which price list is installed, and how it is read: figures of another may differ."""
    return f"{_installed()}+{DERIVATION}"


def read_book(directory: Path) -> Book:
    """What is kept from this price list; nothing if that is from another, or no such file."""
    try:
        stored = json.loads((directory / FILE).read_bytes())
        if stored["version"] != version():
            return {}
        return {
            model: None if each is None else parse_tariff(each)
            for model, each in stored["models"].items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_book(directory: Path, book: Book) -> None:
    """Keep prices; a directory that takes none costs the time to derive them again, no more."""
    # Imported late: it is not needed where all prices are known.
    from provisioner.files import write_atomically  # noqa: PLC0415

    text = json.dumps({"version": version(), "models": book}, default=str, sort_keys=True)
    with suppress(OSError):
        write_atomically(directory / FILE, text + "\n")


def _installed() -> str:
    """The version of genai-prices, by its directory's name: asking its metadata takes 50 ms."""
    spec = importlib.util.find_spec("genai_prices")
    if spec is not None and spec.origin is not None:
        beside = Path(spec.origin).parent.parent.glob("genai_prices-*.dist-info")
        names = [each.name for each in beside]
        if len(names) == 1:
            return names[0].removeprefix("genai_prices-").removesuffix(".dist-info")
    # Imported late: that alone takes longer than the rest of this module.
    from importlib.metadata import version as installed  # noqa: PLC0415

    return installed("genai-prices")
