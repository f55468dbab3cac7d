"""What does `setup` change in the client's settings file, and what does `--undo` take away again?

What a person has set stays. What was added is noted beside the file, so that exactly that can be
brought up to date and taken away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from provisioner.client_env import ENDPOINT, PROTOCOL, fitting_variables
from provisioner.client_files import ENV, as_text
from provisioner.client_headers import HEADERS, door_header, without_pair
from provisioner.doctor.resolve import ENABLE, PREFIX, SIGNALS
from provisioner.doctor.routes import ON
from provisioner.doctor.words import without_secrets
from provisioner.errors import Refused
from provisioner.json_text import NotStrictJson, drop, put, read_object, refuse_doubles
from provisioner.settings import Settings

SCHEMA = "claude-otel/setup/1"

MEANINGS = {
    "CLAUDE_CODE_ENABLE_TELEMETRY": "telemetry is on or off as that says",
    "OTEL_METRICS_EXPORTER": "sessions, lines and commits arrive only if otlp is among them",
    "OTEL_LOGS_EXPORTER": "cost, tokens and tool calls arrive only if otlp is among them",
    PROTOCOL: "it must be the one that the port of the endpoint speaks",
    HEADERS: "the collector takes telemetry in only with the token of its stack",
    ENDPOINT: "telemetry goes there; here it arrives only if that is a port of this stack",
    "OTEL_METRIC_EXPORT_INTERVAL": "sessions, lines and commits arrive that often (milliseconds)",
    "OTEL_LOGS_EXPORT_INTERVAL": "cost, tokens and tool calls arrive that often (milliseconds)",
    "OTEL_METRICS_INCLUDE_REPOSITORY": "unless true, the client does not tell its project",
    "OTEL_METRICS_INCLUDE_ENTRYPOINT": "unless true, the client does not tell how it was started",
    "CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS": "a client that ends takes that long to hand over",
}
"""What it means that a person has set a variable otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What `setup` has put into a file."""

    added: Mapping[str, str] = field(default_factory=dict)
    made_file: bool = False
    made_env: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A variable that is added, changed or removed; `before` is what was there."""

    kind: Literal["add", "change", "remove"]
    name: str
    value: str
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A variable that a person has set otherwise, and what that means."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPlan:
    """The file's new text and the note beside it (None: neither is needed), and why."""

    text: str | None
    record: Record | None
    changes: tuple[Change, ...] = ()
    kept: tuple[Kept, ...] = ()


def plan_setup(
    text: str | None, record: Record | None, settings: Settings, token: str
) -> SetupPlan:
    """Add what is missing, and bring up to date what was added.

    Raises NotStrictJson, and Refused where telemetry would be switched on for somebody else.
    """
    env = _env(text)
    added = dict(record.added) if record else {}
    theirs = {name: value for name, value in env.items() if added.get(name) != value}
    if HEADERS in theirs:
        theirs[HEADERS] = without_pair(theirs[HEADERS], added.get(HEADERS, ""))
    _refuse_other_collector(theirs, settings)
    wanted = fitting_variables(settings, theirs, token)
    changes = tuple(_changes(wanted, env, theirs))
    noted = added | {each.name: each.value for each in changes}
    if HEADERS in noted:
        noted[HEADERS] = door_header(token)  # of headers that are there, only that is ours
    return SetupPlan(
        text=_put_all(text, changes),
        record=Record(
            added=noted,
            made_file=record.made_file if record else text is None,
            made_env=record.made_env if record else ENV not in _object(text),
        )
        if noted
        else None,
        changes=changes,
        kept=tuple(_kept(wanted, theirs, settings)),
    )


def plan_undo(text: str | None, record: Record | None) -> SetupPlan:
    """Take away what was added and is still as it was; raises NotStrictJson."""
    env = _env(text)
    added = record.added if record else {}
    removed = {name: env[name] for name, value in added.items() if env.get(name) == value}
    headers = env.get(HEADERS, "")
    theirs = without_pair(headers, added.get(HEADERS, ""))
    kept = tuple(
        Kept(name=name, value=env[name], meaning="it was changed since setup")
        for name, value in added.items()
        if env.get(name, value) != value and not (name == HEADERS and theirs != headers)
    )
    changes = tuple(
        Change(kind="remove", name=name, value="", before=value) for name, value in removed.items()
    )
    if HEADERS not in removed and theirs != headers:
        changes += (Change(kind="change", name=HEADERS, value=theirs, before=headers),)
    left = _put_all(text, tuple(each for each in changes if each.kind == "change"))
    for name in removed:
        left = drop(left or "", name, inside=ENV)
    return SetupPlan(text=_swept(left, record, changes), record=None, changes=changes, kept=kept)


def read_record(text: str) -> Record | None:
    """A note as it was written; None when it is none of ours."""
    try:
        found: dict[str, Any] = read_object(text)
        if found["schema"] != SCHEMA:
            return None
        added = {str(name): str(value) for name, value in found["added"].items()}
        return Record(
            added=added, made_file=bool(found["made_file"]), made_env=bool(found["made_env"])
        )
    except (NotStrictJson, KeyError, AttributeError):
        return None


def write_record(record: Record) -> str:
    """The text of a note."""
    made = {"made_file": record.made_file, "made_env": record.made_env}
    return json.dumps({"schema": SCHEMA, **made, "added": dict(record.added)}, indent=2) + "\n"


def _changes(
    wanted: Mapping[str, str], env: Mapping[str, str], theirs: Mapping[str, str]
) -> Iterator[Change]:
    for name, value in wanted.items():
        if name not in env:
            yield Change(kind="add", name=name, value=value)
        elif (name not in theirs or name == HEADERS) and env[name] != value:
            yield Change(kind="change", name=name, value=value, before=env[name])


def _kept(
    wanted: Mapping[str, str], theirs: Mapping[str, str], settings: Settings
) -> Iterator[Kept]:
    is_ours = (theirs.get(PROTOCOL), theirs.get(ENDPOINT, "").rstrip("/")) in _pairs(settings)
    for name, value in wanted.items():
        is_right = is_ours and name in (PROTOCOL, ENDPOINT)
        if theirs.get(name, value) != value and not is_right and name != HEADERS:
            yield Kept(name=name, value=theirs[name], meaning=MEANINGS[name])


def _refuse_other_collector(theirs: Mapping[str, str], settings: Settings) -> None:
    """Where telemetry is off, nobody has agreed to what an endpoint that is there would get."""
    if theirs.get(ENABLE, "").strip().lower() in ON:
        return
    ours = {address for _, address in _pairs(settings)}
    for name in (ENDPOINT, *(f"{PREFIX}{signal}_ENDPOINT" for signal in SIGNALS)):
        endpoint = theirs.get(name, "").strip()
        if endpoint and "/".join(endpoint.split("/")[:3]) not in ours:
            raise Refused(
                f"the client's settings have {name} = {without_secrets(endpoint)}, which is no "
                "address of this stack, and telemetry would be switched on for it; nothing was "
                f"changed\n  next: take {name} out of them, and repeat"
            )


def _pairs(settings: Settings) -> set[tuple[str | None, str]]:
    """Protocol and endpoint of each of our doors, as one may write them."""
    doors = (
        ("grpc", settings.ports.otlp_grpc),
        ("http/protobuf", settings.ports.otlp_http),
        ("http/json", settings.ports.otlp_http),
    )
    return {
        (protocol, f"http://{host}:{port}")
        for protocol, port in doors
        for host in ("localhost", "127.0.0.1")
    }


def _put_all(text: str | None, changes: tuple[Change, ...]) -> str | None:
    if not changes:
        return text
    written = text if text and text.strip() else "{}\n"
    if ENV not in read_object(written):
        written = put(written, ENV, {})
    for each in changes:
        written = put(written, each.name, each.value, inside=ENV)
    return written


def _swept(text: str | None, record: Record | None, changes: tuple[Change, ...]) -> str | None:
    """The text without the empty object, and no file at all, where they were made for us."""
    if text is None or record is None or not changes:
        return text
    if record.made_env and not _env(text):
        text = drop(text, ENV)
    return None if record.made_file and not read_object(text) else text


def _object(text: str | None) -> dict[str, Any]:
    if not text or not text.strip():
        return {}
    found = read_object(text)
    refuse_doubles(text)  # one would be changed, and the other count
    return found


def _env(text: str | None) -> dict[str, str]:
    env = _object(text).get(ENV, {})
    if not isinstance(env, dict):
        raise NotStrictJson(f'"{ENV}" is no object in braces', text or "", 0)
    return {name: as_text(value) for name, value in env.items()}
