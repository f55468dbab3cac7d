"""How are events asked for? Every LogQL text of the boards is made here.

Events are narrowed by name first, an index label; everything else is structured metadata, which
is filtered behind the braces.
"""

from __future__ import annotations

from provisioner.dashboards.model import FILTERS
from provisioner.event_attributes import attributes_of

DAY = "[24h]"
"""The last day of the range: what walks through events cannot do so over months."""

_STREAMS = ("ingest_source",)
"""Index labels beside the name: they choose streams, and what is not chosen is not read."""

_RANGE = "[$__range]"
# As with amounts: a bar at t holds (t, t + step].
_STEP = "[$__interval] offset -$__interval"


def events(*names: str, **where: str) -> str:
    """Events of these names, or of all; `where` narrows them by regular expressions."""
    chosen = {"event_name": "|".join(names)} if names else {}
    chosen |= {name: where.pop(name) for name in _STREAMS if name in where}
    label = "".join(f', {name}=~"{pattern}"' for name, pattern in chosen.items())
    known = attributes_of(*names)
    filters = {each.label: f"${each.label}" for each in FILTERS if each.label in known}
    stages = (f'{name}=~"{pattern}"' for name, pattern in (filters | where).items())
    return f'{{service_name=~"claude-code.*"{label}}} | ' + " | ".join(stages)


def count_by(selected: str, *labels: str) -> str:
    """How many events the range has, by labels."""
    return f"sum by ({', '.join(labels)}) (count_over_time({selected} {_RANGE}))"


def bars_by(selected: str, label: str) -> str:
    """How many events each step has, by a label."""
    return f"sum by ({label}) (count_over_time({selected} {_STEP}))"


def largest_bars_by(selected: str, attribute: str, label: str) -> str:
    """The largest value of an attribute in each step, by a label."""
    return f"max by ({label}) (max_over_time({_numbers(selected, attribute)} {_STEP}))"


def sum_by(selected: str, attribute: str, *labels: str) -> str:
    """An attribute added up over the events of the range."""
    numbers = _numbers(selected, attribute)
    return f"sum by ({', '.join(labels)}) (sum_over_time({numbers} {_RANGE}))"


def largest(count: int, selected: str, attribute: str, *labels: str) -> str:
    """The events with the largest values in the last day of the range; labels tell them apart."""
    by = ", ".join(labels)
    numbers = _numbers(selected, attribute)
    return f"topk({count}, max by ({by}) (max_over_time({numbers} {DAY})))"


def _numbers(selected: str, attribute: str) -> str:
    """An attribute's numbers; a text that is none would fail the whole query."""
    return f'{selected} | unwrap {attribute} | __error__=""'
