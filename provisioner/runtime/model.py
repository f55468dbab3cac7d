"""What must a runtime be able to do? Docker Compose and native processes are the two there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # whoever merely reports progress need not wait for the settings to load
    from provisioner.placement import Placement
    from provisioner.settings import RuntimeName

Report = Callable[[str], None]
"""Takes one short line about the step that is under way."""


def silent(_: str) -> None:
    """A report that nobody hears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an engine comes from: an image, or binaries of this machine.

    `reference` is what a person recognises (image name or path), `identity` changes when the
    content does, `origin` says how we came by it; `home` is Grafana's, under the native runtime.
    `version` is empty where an image or an installation does not tell it.
    """

    engine: str
    reference: str
    identity: str
    origin: str
    home: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    """An engine as the runtime sees it; `detail` is the runtime's own word for it.

    An orphan runs, but nobody starts it again when it dies.
    """

    engine: str
    is_running: bool
    detail: str
    is_orphan: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Something of the stack that lasts: a volume or a directory."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Rendered files by their path below build/, and secrets by the path engines read them at."""

    artifacts: Mapping[str, str]
    secrets: Mapping[str, str]


class Readable(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A file of an engine's data, by its path there; a directory has no content.

    The content can be read until the next one is asked for.
    """

    path: str
    size: int = 0
    content: Readable | None = None


class Runtime(Protocol):
    """Runs engines; the only kind of object that talks to Docker or to processes."""

    @property
    def name(self) -> RuntimeName:
        """How the settings call it."""

    @property
    def placement(self) -> Placement:
        """Where engines listen and keep their data under this runtime."""

    def locate(self, engine: str) -> Source | None:
        """The engine as it is already here; None when it would have to be obtained."""

    def obtain(self, engine: str, report: Report) -> Source | None:
        """The engine, pulled or built if need be; None where an optional one cannot be had.

        Raises EngineUnavailable or BuildFailed with what was tried.
        """

    def validate(self, engine: str, source: Source, files: Mapping[str, str]) -> None:
        """Let an engine check its config before anything is changed; raises ArtifactRejected."""

    def states(self) -> Mapping[str, EngineState]:
        """Every engine that the runtime knows of, by name; empty when the stack is down."""

    def memory_bytes(self, engine: str) -> int | None:
        """The memory that a running engine holds; None when it cannot be known."""

    def ports(self, engine: str) -> frozenset[int]:
        """The ports of this machine that an engine holds; none when it does not run."""

    def deliver(self, delivery: Delivery, sources: Mapping[str, Source]) -> None:
        """Bring rendered files to where the engines read them."""

    def set_queues_aside(self, sources: Mapping[str, Source]) -> list[str]:
        """Rename what would keep a collector that does not run from starting; the new names."""

    def start(self, engines: Sequence[str], sources: Mapping[str, Source]) -> None:
        """Start engines, or replace those that run with other arguments or another source."""

    def restart(self, engine: str) -> None:
        """Stop an engine, letting it flush, and start it again."""

    def reload(self, engine: str) -> None:
        """Make an engine read its config again without stopping it."""

    def halt(self, engine: str) -> None:
        """Stop an engine, letting it flush, until it is resumed or started."""

    def resume(self, engine: str) -> None:
        """Start a halted engine as it was, even when its halt was interrupted."""

    def read_data(self, engine: str) -> Iterator[DataFile]:
        """The data of a halted engine, directories before what is in them.

        Raises Refused at what is neither a file nor a directory.
        """

    def write_data(
        self, engine: str, files: Iterable[DataFile], sources: Mapping[str, Source]
    ) -> None:
        """Give an engine that has never run its data."""

    def free_bytes(self) -> int | None:
        """The room that is left for data; None when it cannot be known."""

    def remove(self, engine: str) -> None:
        """Stop one engine and forget it; its data stays."""

    def stop(self, report: Report) -> None:
        """Stop everything in the right order; data stays."""

    def holdings(self) -> list[Holding]:
        """What `delete` would delete."""

    def delete(self) -> None:
        """Delete this stack's data, and nothing else."""

    def logs(self, engines: Sequence[str], *, follow: bool, lines: int) -> int:
        """Print the engines' own logs; returns the exit code."""
