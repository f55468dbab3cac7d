"""What does the doctor see, and how does it say what it found?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from provisioner.settings import Ports
from provisioner.stack_figures import Alert

Scope = Literal["shell", "user", "project", "local", "managed"]
Severity = Literal["error", "warning", "note"]
Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One place that sets variables: the shell, or a settings file (`path`) of some scope."""

    scope: Scope
    path: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    has_headers_helper: bool = False
    problem: str = ""

    def where(self, name: str) -> str:
        """Where in it a variable stands."""
        return f"{self.path}: env.{name}" if self.path else f"the shell: {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What the client takes a variable for, who says so, and what the shell says in vain."""

    name: str
    value: str
    layer: Layer
    shell_value: str | None = None

    @property
    def where(self) -> str:
        return self.layer.where(self.name)

    @property
    def aside(self) -> str:
        """That the shell says something else, which does not count."""
        if self.shell_value is None:
            return ""
        return "; what the shell says does not count, because settings files come first"

    def set_to(self, value: str) -> str:
        """What to type, to give it another value where it stands."""
        if self.layer.scope == "shell":
            return f"export {self.name}={value}"
        return f'in {self.layer.path}, under "env": "{self.name}": "{value}"'

    def taken_out(self) -> str:
        """What to type, to be rid of it."""
        if self.layer.scope == "shell":
            return f"unset {self.name}"
        return f'take "{self.name}" out of "env" in {self.layer.path}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When something came first and last in a day, in seconds since the epoch, to five minutes."""

    first: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What the stores have of the last day: events with their attributes, and when things came.

    None: nothing has come. `busy` is the counter of the time in which a client worked, which goes
    along with its requests; `counter` is any counter. `alerts` are those that fire now.
    """

    events: Mapping[str, frozenset[str]] = field(default_factory=dict)
    request: Span | None = None
    counter: Span | None = None
    busy: Span | None = None
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The client and the stack at one moment; layers in rising order of precedence.

    `variables` is what the client makes of the layers. `version` is None when the client does not
    say; `arrivals` is None when the stores do not answer. `token` is what the door asks for, empty
    when it is not known; `takes_token` is False when the door was asked and refused it. `set_aside`
    names queue files that the collector could not open.
    """

    layers: tuple[Layer, ...]
    variables: Mapping[str, Variable]
    ports: Ports
    has_client: bool = True
    version: Version | None = None
    listening: frozenset[int] = frozenset()
    token: str = field(default="", repr=False)
    takes_token: bool = True
    arrivals: Arrivals | None = None
    set_aside: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """A variable's value, without blanks around it; empty when it is not set."""
        found = self.variables.get(name)
        return found.value.strip() if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason: an error keeps data away, a warning spoils some of it, a note is to be known."""

    id: str
    severity: Severity
    where: str
    what: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Looks for one kind of reason; `needs` says without what there is nothing to look at."""

    id: str
    look: Callable[[Observed], Iterable[Finding]]
    needs: Literal["", "client", "stores"] = ""
