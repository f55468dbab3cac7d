"""What has one session used by now? Followed through its own files, without asking others.

Counted by the same reader and the same merge as reports. Only one thing a session's own files may
not tell: that an answer in them was copied from another session. Who knows says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from provisioner.live.activity import Activity
from provisioner.live.context import Context, last_context
from provisioner.live.files import files_of
from provisioner.live.model import Agent, SessionUsage
from provisioner.live.sums import Sums
from provisioner.live.transcript import Transcript
from provisioner.model_names import clean_model
from provisioner.reports.amounts import NOTHING, Amounts, of_response, total
from provisioner.transcripts.merge import Sighted, merge
from provisioner.transcripts.model import PriceList, Response
from provisioner.transcripts.sighting import Sighting

RECENT_MINUTES = 10
MINUTE_MS = 60_000
LONGEST_QUIET_MS = 30 * MINUTE_MS
"""Clients that are killed, and old ones, do not note that a subagent has ended."""


class Session:
    """A session whose files are read again as they grow."""

    def __init__(self, session: str, roots: Sequence[Path], prices: PriceList) -> None:
        self.id = session
        self._roots = roots
        self._prices = prices
        self._activity = Activity()
        self._transcripts: dict[Path, Transcript] = {}
        self._sighted: defaultdict[str, list[Sighted]] = defaultdict(list)
        self._responses: dict[str, list[Response]] = {}
        self._sums = Sums()
        self._kinds: dict[str, str] = {}
        self._elsewhere: AbstractSet[str] = frozenset()
        self._context: Context | None = None

    @property
    def message_ids(self) -> set[str]:
        """The answers that its files hold, copies from other sessions included."""
        return set(self._sighted)

    def leave_out(self, message_ids: AbstractSet[str]) -> None:
        """Do not count these: they are other sessions'."""
        if message_ids != self._elsewhere:
            self._elsewhere = message_ids
            self._sums = Sums(self._counted())

    def read(self) -> bool:
        """Look whether anything was added; whether there was."""
        for path in files_of(self._roots, self.id):
            if path not in self._transcripts:
                number = len(self._transcripts)
                self._transcripts[path] = Transcript(path, self.id, number)
        told = [self._read(each) for each in self._transcripts.values()]
        return any(told)

    def usage(self, now_ms: int) -> SessionUsage:
        """What was used until now."""
        moments = [each.at_ms for each in self._counted()]
        since = now_ms - RECENT_MINUTES * MINUTE_MS
        recent = (each for each in self._counted() if since < each.at_ms <= now_ms)
        models = self._sums.by_model()
        return SessionUsage(
            session=self.id,
            project=self._project(),
            at_ms=now_ms,
            first_ms=min(moments, default=0),
            last_ms=max(moments, default=0),
            amounts=self._sums.total,
            models=models,
            agents=self._agents(now_ms),
            context=self._context,
            tools=self._activity.tools(),
            prompts=self._activity.prompts,
            errors=self._activity.errors,
            compactions=self._activity.compactions,
            recent=total(map(of_response, recent)),
            recent_minutes=RECENT_MINUTES,
            unpriced_models=sorted(name for name, each in models.items() if each.unpriced),
        )

    def _read(self, transcript: Transcript) -> bool:
        sightings = transcript.read(self._activity)
        if sightings is None:
            return False
        for each in sightings:
            self._sighted[each.message_id].append((each, transcript.file))
        for message_id in {each.message_id for each in sightings}:
            self._settle(message_id)
        if not transcript.agent_id:
            self._context = last_context(transcript.path) or self._context
        return True

    def _settle(self, message_id: str) -> None:
        settled = merge(self._sighted[message_id])
        self._sighted[message_id] = [(said, file) for said, file, _ in settled]
        before = self._responses.get(message_id, [])
        after = [
            _response(said, file.path, self._prices)
            for said, file, is_counted in settled
            if is_counted and said.session == self.id
        ]
        self._responses[message_id] = after
        self._kinds |= {each.agent_id: each.agent_type for each in after if each.agent_type}
        if not self._is_elsewhere(message_id):
            self._sums.replace(before, after)

    def _is_elsewhere(self, message_id: str) -> bool:
        # What an answer's advisor said goes where the answer goes.
        return bool(self._elsewhere) and message_id.partition("#")[0] in self._elsewhere

    def _counted(self) -> Iterator[Response]:
        for message_id, responses in self._responses.items():
            if not self._is_elsewhere(message_id):
                yield from responses

    def _project(self) -> str:
        told = (cwd for each in self._transcripts.values() for cwd in each.cwds)
        return next(told, "")

    def _agents(self, now_ms: int) -> list[Agent]:
        used = self._sums.by_agent()
        files = {each.agent_id: each for each in self._transcripts.values() if each.agent_id}
        return [
            self._agent(each, files.get(each), used.get(each, NOTHING), now_ms)
            for each in dict.fromkeys([*used, *files])
        ]

    def _agent(
        self, agent_id: str, transcript: Transcript | None, amounts: Amounts, now_ms: int
    ) -> Agent:
        noted = transcript.about_agent() if transcript else {}
        quiet_ms = now_ms - (transcript.written_ms if transcript else 0)
        return Agent(
            id=agent_id,
            kind=str(noted.get("agentType") or self._kinds.get(agent_id, "")),
            description=str(noted.get("description") or ""),
            is_running=noted.get("finished") is not True and quiet_ms < LONGEST_QUIET_MS,
            amounts=amounts,
        )


def _response(said: Sighting, path: str, prices: PriceList) -> Response:
    tokens, output, cache_read, write_5m, write_1h, searches = said.counts
    row = (said.model, said.at_ms, tokens, output, cache_read, write_5m, write_1h)
    cost = prices.cost(*row)
    billed = prices.billed(*row, said.speed, said.inference_geo, said.service_tier, searches)
    known: dict[str, Any] = said._asdict()
    known |= {"project": "", "model": clean_model(said.model), "path": path}
    known |= {"cost": cost, "billed": billed}
    return Response._make(map(known.__getitem__, Response._fields))
