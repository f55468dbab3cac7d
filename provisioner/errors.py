"""What can go wrong, as sentences a person can act on.

StackError
├── SettingsError          the settings do not make sense (all problems at once)
├── RootNotFound           the command was not started from a checkout
├── RuntimeUnavailable     Docker or Compose, or the native supervisor, cannot be used
├── EngineUnavailable      an engine can neither be found, pulled nor built
├── BuildFailed            building an engine from its Go module failed
├── ArtifactRejected       a rendered config does not parse, or the engine's validator refuses it
├── PortsInUse             another process holds ports that the stack needs
├── CommandFailed          a program we ran (docker compose, …) exited non-zero
├── BackendError           an engine's HTTP API did not answer as it should
├── StackNotRunning        the command needs a running stack
├── DeliveryFailed         telemetry could not be handed to the collector or a store
├── ClientUnavailable      Claude Code itself cannot be started
├── ClientFailed           Claude Code was started, and gave no result
├── WrongArgument          what was written on the command line (or in TZ) makes no sense
├── NoData                 there is nothing to report on
├── SettingsFileRejected   a settings file of the client is not what the client could read
└── Refused                the person has to say yes first
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class StackError(Exception):
    """An expected failure: its text says what, where and what to do next."""

    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One wrong setting: where it was read, its value, and what was expected."""

    source: str
    key: str
    value: object
    expected: str

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {self.value!r}"
        return f"{self.source}: {self.key}{shown}: expected {self.expected}"


class SettingsError(StackError):
    """The settings do not make sense; carries every problem found."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = f"{count} wrong setting{'s' if count > 1 else ''}:"
        super().__init__("\n".join([heading, *(f"  {problem}" for problem in self.problems)]))


class RootNotFound(StackError):
    """No checkout of the stack was found."""

    def __init__(self, tried: Sequence[str]) -> None:
        self.tried = tuple(tried)
        super().__init__(
            f"no compose.yaml of this stack in {' or '.join(tried)}: run the command from a clone, "
            "or set CLAUDE_OTEL_ROOT to one"
        )


class RuntimeUnavailable(StackError):
    """Engines cannot be run the way the settings ask for."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason = reason
        self.advice = advice
        super().__init__(f"{reason}\n  next: {advice}")


class EngineUnavailable(StackError):
    """An engine can neither be found, pulled nor built; says what was tried."""

    def __init__(self, engine: str, tried: Sequence[str], advice: str) -> None:
        self.engine = engine
        self.tried = tuple(tried)
        self.advice = advice
        attempts = "\n".join(f"  {attempt}" for attempt in self.tried)
        super().__init__(f"{engine}: cannot be had here.\n{attempts}\n  next: {advice}")


class BuildFailed(StackError):
    """Building an engine failed; carries the last lines the build printed."""

    def __init__(self, engine: str, step: str, last_lines: Sequence[str], advice: str) -> None:
        self.engine = engine
        self.step = step
        self.last_lines = tuple(last_lines)
        printed = "\n".join(f"  | {line}" for line in self.last_lines)
        super().__init__(f"{engine}: {step} failed.\n{printed}\n  next: {advice}")


class ArtifactRejected(StackError):
    """A rendered file is not what its engine accepts; nothing was changed."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path}: rejected, nothing was changed.\n  {reason}\n"
            "  next: undo the last change of its template or settings and run `claude-otel render`"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PortHolder:
    """A port that is taken: its setting and variable, number, and who holds it if known."""

    setting: str
    variable: str
    port: int
    process: str

    def __str__(self) -> str:
        return f"port {self.port} (ports.{self.setting}, {self.variable}) is held by {self.process}"


class PortsInUse(StackError):
    """Other processes hold ports that the stack needs."""

    def __init__(self, holders: Sequence[PortHolder]) -> None:
        self.holders = tuple(holders)
        lines = "\n".join(f"  {holder}" for holder in self.holders)
        count = len(self.holders)
        what, free = ("a port is", "it, or choose another")
        if count > 1:
            what, free = (f"{count} ports are", "them, or choose others")
        super().__init__(
            f"{what} in use, and nothing was started:\n{lines}\n"
            f"  next: free {free} in stack.yaml or .env"
        )


class CommandFailed(StackError):
    """A program exited non-zero; carries the end of what it printed."""

    def __init__(self, command: Sequence[str], code: int, output: str) -> None:
        self.command = tuple(command)
        self.code = code
        self.output = output
        last = "\n".join(f"  | {line}" for line in output.strip().splitlines()[-12:])
        super().__init__(f"`{' '.join(command)}` exited with {code}\n{last}")


class BackendError(StackError):
    """An engine's HTTP API did not answer as it should."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"{url}: {reason}")


class StackNotRunning(StackError):
    """The command needs a running stack."""

    def __init__(self, project: str) -> None:
        self.project = project
        super().__init__(f"the stack {project!r} is not running: start it with `make up`")


class DeliveryFailed(StackError):
    """The collector, or a store, did not take telemetry; `status` is its answer's, if any."""

    def __init__(self, endpoint: str, reason: str, status: int | None = None) -> None:
        self.endpoint = endpoint
        self.reason = reason
        self.status = status
        super().__init__(f"{endpoint}: telemetry was not accepted: {reason}")


class ClientUnavailable(StackError):
    """Claude Code itself cannot be started."""

    def __init__(self, program: str, reason: str) -> None:
        self.program = program
        self.reason = reason
        super().__init__(
            f"{program}: the client cannot be started: {reason}\n"
            "  next: install Claude Code, or name its program and a directory that exists"
        )


class ClientFailed(StackError):
    """Claude Code was started, and gave no result; carries the end of what it printed."""

    def __init__(self, session_id: str, reason: str, output: str, advice: str) -> None:
        self.session_id = session_id
        self.reason = reason
        self.output = output
        self.advice = advice
        last = "".join(f"\n  | {line}" for line in output.splitlines()[-12:])
        super().__init__(f"the client (session {session_id}) {reason}{last}\n  next: {advice}")


class WrongArgument(StackError):
    """What was written on the command line makes no sense."""

    exit_code = 2

    def __init__(self, where: str, value: str, expected: str, advice: str = "") -> None:
        self.where = where
        self.value = value
        self.expected = expected
        self.advice = advice
        following = f"\n  next: {advice}" if advice else ""
        super().__init__(f"{where} {value!r}: expected {expected}{following}")


class NoData(StackError):
    """There is nothing to report on; says where it was looked for."""

    exit_code = 4

    def __init__(self, what: str, looked: Sequence[str], advice: str) -> None:
        self.what = what
        self.looked = tuple(looked)
        self.advice = advice
        places = "".join(f"\n  {place}" for place in self.looked)
        super().__init__(f"{what}{places}\n  next: {advice}")


class SettingsFileRejected(StackError):
    """A settings file of the client is not what the client could read; it was not touched."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path}: {reason}; nothing was changed.\n"
            "  next: mend it (it is strict JSON, without comments or trailing commas), and repeat"
        )


class Refused(StackError):
    """The person has to say yes first."""
