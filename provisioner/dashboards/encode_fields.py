"""How does Grafana write down what a number looks like: its unit, its colours, its words?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.dashboards.panels import Level, Query, Unit

Json = dict[str, Any]

# A total is written out in full, with its decimals; an axis has room for a short form only.
_EXACT: dict[Unit, tuple[str, int]] = {
    Unit.USD: ("currency:financial:$", 2),
    Unit.USD_PER_HOUR: ("currency:financial:$", 2),
    Unit.TOKENS: ("locale", 0),
    Unit.TOKENS_PER_SECOND: ("suffix: tok/s", 1),
    Unit.LINES: ("locale", 0),
    Unit.COUNT: ("locale", 0),
    Unit.DECIMAL: ("locale", 1),
    Unit.PER_HOUR: ("locale", 1),
    Unit.PER_SECOND: ("suffix: /s", 1),
    Unit.PROBLEMS: ("suffix: problems", 0),
    Unit.SHARE: ("percentunit", 1),
    Unit.SECONDS: ("s", 1),
    Unit.BYTES: ("bytes", 1),
    Unit.MOMENT: ("dateTimeAsIso", 0),
}
_SHORT: dict[Unit, str] = {
    Unit.USD: "currencyUSD",
    Unit.USD_PER_HOUR: "currencyUSD",
    Unit.TOKENS: "short",
    Unit.TOKENS_PER_SECOND: "short",
    Unit.LINES: "short",
    Unit.COUNT: "short",
    Unit.DECIMAL: "short",
    Unit.PER_HOUR: "short",
    Unit.PER_SECOND: "suffix:/s",
    Unit.PROBLEMS: "short",
    Unit.SHARE: "percentunit",
    Unit.SECONDS: "s",
    Unit.BYTES: "bytes",
    Unit.MOMENT: "dateTimeAsIso",
}

# What is good or bad, and what is looked for on many boards, has a colour of its own everywhere;
# of models, families share a hue. All other names have one that follows from the name.
_COLORS: dict[str, dict[str, str]] = {
    "decision": {"accept": "green", "reject": "red"},
    "model": {
        "/^claude-opus-5-5/": "purple",
        "/^claude-opus-5$/": "light-purple",
        "/^claude-opus-4/": "dark-purple",
        "/^claude-sonnet-5-5/": "blue",
        "/^claude-sonnet-5$/": "light-blue",
        "/^claude-sonnet-4/": "dark-blue",
        "/^claude-haiku-5/": "yellow",
        "/^claude-haiku-4/": "dark-yellow",
        "/^claude-fable/": "orange",
        "/^claude-mythos/": "dark-orange",
    },
    "source": {"main": "blue", "subagent": "purple", "auxiliary": "yellow"},
    "type": {
        "added": "green",
        "removed": "red",
        "input": "blue",
        "output": "purple",
        "cacheRead": "super-light-blue",
        "cacheCreation": "yellow",
        "user": "yellow",
        "cli": "blue",
    },
}
_LABEL = re.compile(r"^\{\{(\w+)\}\}$")


def exact(unit: Unit) -> Json:
    """The unit of a total, which is written out in full."""
    text, decimals = _EXACT[unit]
    return {"unit": text, "decimals": decimals}


def short(unit: Unit) -> str:
    """The unit of an axis."""
    return _SHORT[unit]


def override(field: str, properties: Json) -> Json:
    """What is other for the field of this name, or of names that match a /pattern/."""
    matcher = "byRegexp" if field.startswith("/") else "byName"
    return {
        "matcher": {"id": matcher, "options": field},
        "properties": [{"id": name, "value": value} for name, value in properties.items()],
    }


def plain(levels: Sequence[Level]) -> Json:
    """A total is neither good nor bad unless its levels say so."""
    return {"mode": "thresholds"} if levels else {"mode": "fixed", "fixedColor": "text"}


def name_colors(queries: Sequence[Query]) -> list[Json]:
    """Colours of the names that have one of their own everywhere."""
    labels = [found[1] for query in queries if (found := _LABEL.match(query.legend))]
    named = [pair for label in labels for pair in _COLORS.get(label, {}).items()]
    return [override(name, {"color": {"mode": "fixed", "fixedColor": c}}) for name, c in named]


def name(legend: str) -> str:
    """A legend as Grafana's text of a field's name."""
    return _LABEL.sub(r"${__field.labels.\1}", legend)


def thresholds(levels: Sequence[Level]) -> Json:
    """From which value on a number has which colour."""
    base = {"value": None, "color": levels[0].tone.value if levels else "text"}
    steps = [{"value": level.at, "color": level.tone.value} for level in levels[1:]]
    return {"mode": "absolute", "steps": [base, *steps]}


def mappings(words: Mapping[int, str]) -> list[Json]:
    """Words that replace numbers."""
    texts = {str(number): {"text": text} for number, text in words.items()}
    return [{"type": "value", "options": texts}] if texts else []


def has_names(queries: Sequence[Query]) -> bool:
    """Whether the series of a panel are told apart by names."""
    return any(query.legend for query in queries)
