"""Can a version of an engine read what another has written?"""

from __future__ import annotations


def cannot_read(here: str, wrote: str) -> str:
    """Why a version may not be let near the data of another; empty when it may, or none is known.

    Engines read what an older one of the same major version has written, and bring it up to date;
    none promises to read what a newer one wrote.
    """
    mine, theirs = _numbers(here), _numbers(wrote)
    if not mine or not theirs or (mine[0] == theirs[0] and mine >= theirs):
        return ""
    return f"its data was written by version {wrote}, which {here} may not be able to read"


def _numbers(version: str) -> tuple[int, ...]:
    """Major and minor: what comes behind them changes no format."""
    parts = version.split(".")[:2]
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
