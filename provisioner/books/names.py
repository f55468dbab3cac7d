"""Whose is an answer in a transcript, and of which project, in the words of live telemetry?

What the client itself has told of the same session decides, else what it told of the same folder;
else its own settings and the folder's git remote are asked, as the client would ask them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from provisioner.books.match import Pair
from provisioner.books.projects import project_of
from provisioner.transcripts.model import Response


@dataclass(frozen=True, slots=True)
class Who:
    """The labels that say whose an answer is."""

    user: str
    team: str
    project: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names answers; `person` gives user and team of the transcript at a path."""

    person: Callable[[str], tuple[str, str]]
    sessions: Mapping[str, Who] = field(default_factory=dict)
    folders: Mapping[str, Who] = field(default_factory=dict)

    def of(self, response: Response) -> Who:
        """Whose the answer is."""
        if told := self.sessions.get(response.session) or self.folders.get(response.project):
            return told
        user, team = self.person(response.path)
        return Who(user=user, team=team, project=_project(response.project))


def learned(pairs: Iterable[Pair], person: Callable[[str], tuple[str, str]]) -> Names:
    """The names that the client's own events give."""
    sessions: dict[str, Counter[Who]] = {}
    folders: dict[str, Counter[Who]] = {}
    for pair in pairs:
        who = Who(user=pair.told.user, team=pair.told.team, project=pair.told.project)
        if "unknown" in (who.user, who.project):
            continue  # told before the client had looked at its repository
        sessions.setdefault(pair.response.session, Counter())[who] += 1
        folders.setdefault(pair.response.project, Counter())[who] += 1
    return Names(person=person, sessions=_most_common(sessions), folders=_most_common(folders))


def _most_common(counted: Mapping[str, Counter[Who]]) -> dict[str, Who]:
    return {name: counts.most_common(1)[0][0] for name, counts in counted.items()}


@lru_cache(maxsize=4096)
def _project(folder: str) -> str:
    return project_of(Path(folder))
