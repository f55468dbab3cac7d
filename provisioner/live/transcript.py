"""What does one growing transcript say, in answers and in other things?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from provisioner.live.activity import Activity
from provisioner.live.files import agent_of
from provisioner.live.tail import Tail
from provisioner.transcripts.merge import File
from provisioner.transcripts.plain import UNREADABLE
from provisioner.transcripts.scan import scan
from provisioner.transcripts.sighting import Job, Sighting


class Transcript:
    """One file of a session. Answers are counted as reports count them, by the same reader."""

    def __init__(self, path: Path, session: str, number: int) -> None:
        self.path = path
        self.agent_id = agent_of(path)
        self.cwds: tuple[str, ...] = ()
        self._number = number
        self._born_ms = 0
        self._stamp: tuple[int, int, int] | None = None
        self._job = Job(path=str(path), session=session, agent_id=self.agent_id)
        self._tail = Tail(path)

    @property
    def file(self) -> File:
        """What decides whose a response is that stands in several files."""
        return File(id=self._number, born_ms=self._born_ms, is_gone=False, path=str(self.path))

    def read(self, activity: Activity) -> list[Sighting] | None:
        """The answers that were added, or told again; None where the file is as it was."""
        try:
            stamp = _stamp(self.path)
            if stamp == self._stamp:
                return None
            found = scan(self._job)
        except OSError:
            return None  # it is not there any more; what it said stays
        self._job = self._job._replace(
            offset=found.offset, fingerprint=found.fingerprint, prompt_id=found.prompt_id
        )
        self._born_ms = found.born_ms
        self.cwds = tuple(dict.fromkeys([*self.cwds, *found.cwds]))
        for line in self._tail.lines():
            activity.take(line, self._born_ms)
        # As it was before it was read: what has been added since will be seen the next time.
        self._stamp = stamp
        return found.sightings

    @property
    def written_ms(self) -> int:
        """When something was written to it last, as far as it was read."""
        return self._stamp[2] // 1_000_000 if self._stamp else 0

    def about_agent(self) -> Mapping[str, Any]:
        """What the client noted beside a subagent's transcript: its kind, task, and end."""
        if not self.agent_id:
            return {}
        try:
            said = msgspec.json.decode(self.path.with_suffix(".meta.json").read_bytes())
        except (OSError, *UNREADABLE):
            return {}
        return said if isinstance(said, dict) else {}


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
