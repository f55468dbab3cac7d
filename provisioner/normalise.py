"""What does the collector make of a record before it is counted?

The same as `transform/normalise` and `transform/labels` of collector/config.yaml.j2, for records
that do not pass the collector; tests/stack/test_ledger.py holds the two against each other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from provisioner import telemetry
from provisioner.parts import AMOUNT, Attributes
from provisioner.records import Event, Increment, Record, Value

Values = Mapping[str, Value]

_OUTCOMES = {"api_request": "ok", "api_error": "error", "api_refusal": "refused"}
_OTHER_NAMES = {"session": "session.id", "entrypoint": "app.entrypoint"}
_EVENT_NAMES = _OTHER_NAMES | {"skill_name": "skill.name"}
_COUNTER_NAMES = _OTHER_NAMES | {"terminal": "terminal.type", "decision_source": "source"}
_CONTENT = frozenset(telemetry.CONTENT_ATTRIBUTES)
_PERSONAL = frozenset(telemetry.IDENTITY_ATTRIBUTES)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who tells: the resource of the records, and how the stack names persons.

    `secret` is the stack's own, mixed into hashed identities.
    """

    resource: Values = field(default_factory=dict)
    identity: Literal["email", "hash", "none"] = "email"
    secret: str = ""


def stored(event: Event, teller: Teller) -> Event:
    """An event as it is kept in Loki: who, which project, a clean model and source; no content."""
    own = {**event.attributes, **_identity(event.attributes, teller)}
    own |= _cleaned(own)
    dropped = _CONTENT if teller.identity == "email" else _CONTENT | _PERSONAL
    kept = {name: value for name, value in own.items() if name not in dropped}
    return Event(name=event.name, attributes=kept, at_ns=event.at_ns)


def normalised(record: Record, teller: Teller) -> Attributes:
    """The labels and numbers of a record as amounts are made from them."""
    own = {**record.attributes, **_identity(record.attributes, teller)}
    match record:
        case Event():
            own |= _cleaned(own)
            own |= _renamed(own, _EVENT_NAMES) | _event_labels(record.name, own)
            return {**_labels("event", own), **_numbers(record.name, own)}
        case Increment():
            own |= _renamed(own, _COUNTER_NAMES)
            return {**_labels("counter", own), **_amount(record.value)}


def _identity(own: Values, teller: Teller) -> dict[str, Value]:
    resource = teller.resource
    user = _first(own.get(name) for name in ("user.email", "user.account_uuid", "user.id"))
    teams = ("team", "team.id", "department")
    owner, repository = own.get("vcs.owner.name"), own.get("vcs.repository.name")
    is_known = owner is not None and repository is not None
    declared = _first([own.get("project"), resource.get("project")])
    return {
        "user": _named(_text(user), teller.identity, teller.secret),
        "team": _first(each.get(name) for name in teams for each in (own, resource)),
        "project": f"{owner}/{repository}" if is_known else declared,
        "origin": _first([resource.get("origin")], otherwise="live"),
    }


def _first(values: Iterable[Value | None], otherwise: str = "unknown") -> Value:
    return next((value for value in values if value is not None), otherwise)


def _named(user: str, identity: str, secret: str) -> str:
    match identity:
        case "hash":
            return hashlib.sha256(f"{secret}:{user}".encode()).hexdigest()[:16]
        case "none":
            return "anonymous"
    return user


def _renamed(own: Values, names: Mapping[str, str]) -> dict[str, Value]:
    return {label: own[name] for label, name in names.items() if name in own}


def _cleaned(own: Values) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if "model" in own:
        found["model"] = _clean_model(_text(own["model"]))
        if found["model"] != own["model"]:
            found["model.client"] = own["model"]
    if "query_source" in own:
        found["source"] = _source(own)
    return found


def _event_labels(name: str, own: Values) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if name in _OUTCOMES:
        found["outcome"] = _OUTCOMES[name]
    if name == "tool_decision" and "source" in own:
        found["decision_source"] = own["source"]
    if name == "skill_activated" and "invocation_trigger" in own:
        found["trigger"] = own["invocation_trigger"]
    return found


@lru_cache(maxsize=1024)
def _clean_model(model: str) -> str:
    for pattern, left in telemetry.MODEL_DECORATIONS:
        # Go writes a group as ${1}, Python as \1.
        model = re.sub(_in_python(pattern), left.replace("${1}", r"\1"), model)
    return model


def _source(own: Values) -> str:
    said = _text(own["query_source"])
    is_subagent = re.search(_in_python(telemetry.SUBAGENT_SOURCES), said)
    if is_subagent or "agent_id" in own or "agent.name" in own:
        return "subagent"
    return "main" if re.search(_in_python(telemetry.MAIN_SOURCES), said) else "auxiliary"


def _labels(signal: telemetry.Signal, own: Values) -> dict[str, str]:
    texts = {name: _text(own[name]) for name in _labels_of(signal) if name in own}
    return {name: _bounded(name, text) for name, text in texts.items() if text}


_labels_of = lru_cache(maxsize=None)(telemetry.labels_of)


@lru_cache(maxsize=65_536)
def _bounded(name: str, text: str) -> str:
    is_free = name not in telemetry.BOUNDED_LABELS
    return text if is_free or re.search(_in_python(telemetry.LABEL_PATTERN), text) else "other"


@lru_cache(maxsize=64)
def _in_python(pattern: str) -> str:
    """A pattern of Go's as Python has it: classes of letters and numbers, and the text's end.

    Where Go has the two classes, the underscore is welcome, too, or they stand alone.
    """
    alone = pattern.replace(r"[\p{L}\p{N}]", r"[^\W_]")
    return re.sub(r"\$$", r"\\Z", alone.replace(r"\p{L}\p{N}", r"\w"))


def _numbers(name: str, own: Values) -> dict[str, float]:
    found = {
        each: number
        for each, most in telemetry.NUMBERS.items()
        if each in own and (number := _number(own[each])) is not None and 0.0 <= number <= most
    }
    if name == "api_request":
        found = dict.fromkeys(telemetry.TOKEN_TYPES.values(), 0.0) | found
    return found


def _amount(value: float) -> dict[str, float]:
    return {AMOUNT: float(value)} if 0.0 <= value <= telemetry.COUNTER_MOST else {}


def _number(value: Value) -> float | None:
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    return float(value)


def _text(value: Value) -> str:
    """As the collector writes a value: `true`, and no exponent."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"{Decimal(repr(value)).normalize():f}"
    return str(value)
