"""Which session is meant, and which files are its own?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provisioner.errors import NoData, WrongArgument
from provisioner.transcripts.places import AGENT, SUFFIX, find_transcripts

_MOST_NAMED = 6


def choose_session(roots: Sequence[Path], wanted: str | None) -> str:
    """The session that was active last, or the one whose id begins as wanted.

    Raises NoData where there is none, WrongArgument where several begin so.
    """
    active: dict[str, int] = {}
    for place in find_transcripts(roots).places:
        if place.session:
            active[place.session] = max(active.get(place.session, 0), place.mtime_ns)
    newest_first = sorted(active, key=lambda each: -active[each])
    if wanted is None or wanted in active:
        found = newest_first[:1] if wanted is None else [wanted]
    else:
        found = [each for each in newest_first if wanted and each.startswith(wanted)]
    if not found:
        raise _none(roots, wanted)
    if len(found) > 1:
        raise _several(wanted or "", found)
    return found[0]


def files_of(roots: Sequence[Path], session: str) -> list[Path]:
    """A session's transcript and those of its subagents, as far as they are there."""
    found: list[Path] = []
    for folder in _folders(roots):
        found += _below(folder, session)
    return list({path.resolve(): path for path in found})


def agent_of(path: Path) -> str:
    """The subagent whose transcript that is; empty for the session's own."""
    return path.stem.removeprefix(AGENT) if path.stem.startswith(AGENT) else ""


def _folders(roots: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for root in roots:
        try:
            found += sorted(each for each in root.iterdir() if each.is_dir())
        except OSError:
            continue  # where nothing is, nothing has been written yet
    return found


def _below(folder: Path, session: str) -> list[Path]:
    own = folder / f"{session}{SUFFIX}"
    beside = folder / session
    subagents = sorted(beside.rglob(f"{AGENT}*{SUFFIX}")) if beside.is_dir() else []
    return [*([own] if own.is_file() else []), *subagents]


def _none(roots: Sequence[Path], wanted: str | None) -> NoData:
    looked = [str(root) for root in roots]
    if wanted is None:
        advice = "start Claude Code once, or set CLAUDE_CONFIG_DIR to where it keeps its files"
        return NoData("no session was found; looked in", looked, advice)
    advice = "`claude-otel usage session` lists the sessions"
    return NoData(f"no session's id begins with {wanted!r}; looked in", looked, advice)


def _several(wanted: str, found: Sequence[str]) -> WrongArgument:
    named = ", ".join(found[:_MOST_NAMED]) + (", …" if len(found) > _MOST_NAMED else "")
    expected = f"the beginning of one session's id, {len(found)} begin so: {named}"
    return WrongArgument("SESSION", wanted, expected)
