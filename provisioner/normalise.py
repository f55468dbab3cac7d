"""What does the collector make of a record before it is counted?

The same as `redaction`, `transform/normalise` and `transform/labels` of collector/config.yaml.j2,
for records that do not pass the collector; tests/stack/test_ledger.py compares the two.
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
from provisioner.model_names import clean_model
from provisioner.parts import AMOUNT, Attributes
from provisioner.records import Event, Increment, Record, Value
from provisioner.redact import redacted

Values = Mapping[str, Value]

_OUTCOMES = {"api_request": "ok", "api_error": "error", "api_refusal": "refused"}
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
    sent = redacted(event.attributes)
    own = {**sent, **_identity(sent, teller)}
    own |= _cleaned(event.name, own)
    dropped = _CONTENT if teller.identity == "email" else _CONTENT | _PERSONAL
    kept = {name: value for name, value in own.items() if name not in dropped}
    return Event(name=event.name, attributes=kept, at_ns=event.at_ns)


def normalised(record: Record, teller: Teller) -> Attributes:
    """The labels and numbers of a record as amounts are made from them."""
    sent = redacted(record.attributes)
    own = {**sent, **_identity(sent, teller)}
    origin = {"origin": _text(own["origin"])}
    match record:
        case Event():
            cleaned = _cleaned(record.name, own)
            named = own | cleaned | {"event.name": _event_name(record.name)}
            labels = _labels("event", named) | origin | _computed(record.name, cleaned)
            return {**labels, **numbers(record.name, own)}
        case Increment():
            return {**_labels("counter", own), **origin, **_amount(record.value)}


def _event_name(name: str) -> str:
    return name if re.search(_in_python(telemetry.EVENT_NAME_PATTERN), name) else "other"


def _computed(name: str, cleaned: Values) -> dict[str, str]:
    source = {"source": _text(cleaned["source"])} if "source" in cleaned else {}
    outcome = {"outcome": _OUTCOMES[name]} if name in _OUTCOMES else {}
    return source | outcome


def _identity(own: Values, teller: Teller) -> dict[str, Value]:
    places = (own, redacted(teller.resource))
    user = _first(places, "user.email", "user.account_uuid", "user.id")
    is_transcript = teller.resource.get("origin") == "transcript"
    return {
        "user": _named(_text(user), teller.identity, teller.secret),
        "team": _first(places, "team", "team.id", "department"),
        "project": next(filter(None, map(_repository, places)), _first(places, "project")),
        "origin": "transcript" if is_transcript else "live",
    }


def _first(places: Iterable[Values], *names: str) -> Value:
    """The first of some attributes that says something, on the record or else on its resource."""
    for name in names:
        for place in places:
            if place.get(name, "") != "":
                return place[name]
    return "unknown"


def _repository(place: Values) -> str:
    owner, name = place.get("vcs.owner.name", ""), place.get("vcs.repository.name", "")
    return f"{_text(owner)}/{_text(name)}" if owner != "" and name != "" else ""


def _named(user: str, identity: str, secret: str) -> str:
    match identity:
        case "hash":
            return hashlib.sha256(f"{secret}:{user}".encode()).hexdigest()[:16]
        case "none":
            return "anonymous"
    return user


def _cleaned(name: str, own: Values) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if "model" in own:
        found["model"] = clean_model(_text(own["model"]))
        if found["model"] != own["model"]:
            found["model.client"] = own["model"]
    # A permission's `source` is something else, and stays.
    if "query_source" in own and name != "tool_decision":
        found["source"] = _source(own)
    return found


def _source(own: Values) -> str:
    said = _text(own["query_source"])
    is_subagent = re.search(_in_python(telemetry.SUBAGENT_SOURCES), said)
    if is_subagent or "agent_id" in own or "agent.name" in own:
        return "subagent"
    return "main" if re.search(_in_python(telemetry.MAIN_SOURCES), said) else "auxiliary"


def _labels(signal: telemetry.Signal, own: Values) -> dict[str, str]:
    found = ((label, _said(own, attributes)) for label, attributes in _labels_of(signal))
    return {label: _bounded(_text(value)) for label, value in found if value != ""}


def _said(own: Values, attributes: Iterable[str]) -> Value:
    return next((own[each] for each in attributes if own.get(each, "") != ""), "")


_labels_of = lru_cache(maxsize=None)(telemetry.labels_of)


@lru_cache(maxsize=65_536)
def _bounded(text: str) -> str:
    fits = len(text.encode()) <= telemetry.LABEL_BYTES
    return text if fits and re.search(_in_python(telemetry.LABEL_PATTERN), text) else "other"


@lru_cache(maxsize=64)
def _in_python(pattern: str) -> str:
    """A pattern of Go's in Python's words, where an underscore is among letters and numbers."""
    return re.sub(r"\$$", r"\\Z", pattern.replace(r"\p{L}\p{N}", r"\w"))


def numbers(name: str, own: Values) -> dict[str, float]:
    """The numbers of an event that are added to amounts: others are no numbers, or absurd."""
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
    """A number, or a text that is one. Truth is neither: the collector has made a text of it."""
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
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
