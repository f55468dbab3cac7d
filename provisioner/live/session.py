"""What has one session used by now? Followed through its own files, without asking others.

Counted by the same reader and the same merge as reports. Only one thing a session's own files may
not tell: that an answer in them was copied from another session. Who knows says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from provisioner.live.activity import Activity
from provisioner.live.context import Context, last_context
from provisioner.live.files import files_of
from provisioner.live.model import Agent, SessionUsage
from provisioner.live.transcript import Transcript
from provisioner.normalise import clean_model
from provisioner.reports.amounts import Amounts, of_response, total
from provisioner.transcripts.merge import Sighted, merge
from provisioner.transcripts.model import PriceList, Response
from provisioner.transcripts.sighting import Sighting

RECENT_MINUTES = 10
MINUTE_MS = 60_000

_FIELD = {name: place for place, name in enumerate(Sighting._fields)}


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
        self._elsewhere: Container[str] = ()
        self._context: Context | None = None

    @property
    def message_ids(self) -> set[str]:
        """The answers that its files hold, copies from other sessions included."""
        return set(self._sighted)

    def leave_out(self, message_ids: Container[str]) -> None:
        """Do not count these: they are other sessions'."""
        self._elsewhere = message_ids

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
        responses = sorted(self._counted(), key=attrgetter("at_ms"))
        since = now_ms - RECENT_MINUTES * MINUTE_MS
        recent = (each for each in responses if since < each.at_ms <= now_ms)
        return SessionUsage(
            session=self.id,
            project=self._project(),
            at_ms=now_ms,
            first_ms=responses[0].at_ms if responses else 0,
            last_ms=responses[-1].at_ms if responses else 0,
            amounts=_sum(responses),
            models=_by_model(responses),
            agents=self._agents(responses),
            context=self._context,
            tools=self._activity.tools(),
            prompts=self._activity.prompts,
            errors=self._activity.errors,
            compactions=self._activity.compactions,
            recent=_sum(recent),
            recent_minutes=RECENT_MINUTES,
            unpriced_models=sorted({each.model for each in responses if each.cost is None}),
        )

    def _read(self, transcript: Transcript) -> bool:
        sightings = transcript.read(self._activity)
        if sightings is None:
            return False
        for each in sightings:
            self._sighted[each.message_id].append(Sighted(each, transcript.file))
        for message_id in {each.message_id for each in sightings}:
            self._settle(message_id)
        if not transcript.agent_id:
            self._context = last_context(transcript.path) or self._context
        return True

    def _settle(self, message_id: str) -> None:
        settled = merge(self._sighted[message_id])
        self._sighted[message_id] = [Sighted(each.sighting, each.file) for each in settled]
        self._responses[message_id] = [
            _response(each.sighting, each.file.path, self._prices)
            for each in settled
            if each.is_counted and each.sighting.session == self.id
        ]

    def _counted(self) -> Iterable[Response]:
        for message_id, responses in self._responses.items():
            if message_id.partition("#")[0] not in self._elsewhere:
                yield from responses

    def _project(self) -> str:
        told = (cwd for each in self._transcripts.values() for cwd in each.cwds)
        return next(told, "")

    def _agents(self, responses: Sequence[Response]) -> list[Agent]:
        by_agent: defaultdict[str, list[Response]] = defaultdict(list)
        for each in responses:
            if each.agent_id:
                by_agent[each.agent_id].append(each)
        noted = {each.agent_id: each.about_agent() for each in self._transcripts.values()}
        ids = dict.fromkeys([*by_agent, *filter(None, noted)])
        return [_agent(each, noted.get(each, {}), by_agent[each]) for each in ids]


def _agent(agent_id: str, noted: Mapping[str, Any], responses: Sequence[Response]) -> Agent:
    kinds = (each.agent_type for each in responses)
    return Agent(
        id=agent_id,
        kind=str(noted.get("agentType") or next(filter(None, kinds), "")),
        description=str(noted.get("description") or ""),
        is_running=noted.get("finished") is not True,
        amounts=_sum(responses),
    )


def _response(said: Sighting, path: str, prices: PriceList) -> Response:
    fields: tuple[Any, ...] = tuple(said)
    counts = fields[_FIELD["input_tokens"] : _FIELD["web_searches"]]
    row = (said.model, said.at_ms, *counts)
    on_terms = (*row, said.speed, said.inference_geo, said.service_tier, said.web_searches)
    costs = prices.cost(*row), prices.billed(*on_terms)
    who, what = fields[: _FIELD["model"]], fields[_FIELD["source"] : _FIELD["offset"]]
    return Response._make((*who, "", clean_model(said.model), *what, *costs, path, said.offset))


def _by_model(responses: Iterable[Response]) -> dict[str, Amounts]:
    models: defaultdict[str, list[Response]] = defaultdict(list)
    for each in responses:
        models[each.model].append(each)
    sums = {model: _sum(each) for model, each in models.items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1].cost, item[0])))


def _sum(responses: Iterable[Response]) -> Amounts:
    return total(map(of_response, responses))
