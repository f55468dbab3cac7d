"""Which entries of a price list may a model's name mean?

The name as the client wrote it: clients reach the same model by many ways, and some ways cost more.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from provisioner.model_names import clean_model

_CLAUDE = re.compile(r"claude-(?:[a-z]+-\d{1,2}(?:-\d{1,2})?|\d(?:-\d)?-[a-z]+)(?:-latest|-\d{8})?")
"""A family and a version, in either order; what else a name holds might cost something else."""

_DATE = re.compile(r"-\d{8}(?=$|-v\d)")


class Entry(NamedTuple):
    """A name to look up, and whose price list to look in; None: that of whoever makes the model."""

    provider: str | None
    name: str


def entries(model: str) -> tuple[Entry, ...]:
    """Where to look, in this order; nowhere if the name is ambiguous."""
    name = re.sub(r"\[[^\]]*\]$", "", model.strip().lower())
    last = name.rpartition("/")[2]
    if "anthropic.claude" in last:
        # Bedrock: the region before the name decides about a premium.
        return _dated_first("aws", last)
    if "claude" in name:
        plain = clean_model(last).replace(".", "-")
        return _dated_first("anthropic", plain) if _CLAUDE.fullmatch(plain) else ()
    # A tag after a colon is how local servers and free offers mark theirs: no list price is meant.
    return () if ":" in name else (Entry(None, name),)


def _dated_first(provider: str, name: str) -> tuple[Entry, ...]:
    """Some entries of the list are for one date only, others know none."""
    names = dict.fromkeys((name, _DATE.sub("", name)))
    return tuple(Entry(provider, each) for each in names)
