"""What became of all that was offered? Each batch is looked up in both stores by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.load import (
    CALLS,
    EVENTS,
    LINES,
    REQUESTS,
    SECONDS,
    Offered,
    request_ids,
    times_counted,
)
from tests.stack.stacks import TestStack

SPAN = "2h"
REPEAT_SECONDS = 6.0
"""How long before a crash a batch that it repeats may have been acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How often each thing of one batch is in the stores."""

    in_prometheus: tuple[int, ...]
    in_loki: tuple[int, ...]

    @property
    def _all(self) -> tuple[int, ...]:
        return self.in_prometheus + self.in_loki

    @property
    def is_short(self) -> bool:
        return min(self._all) < 1

    @property
    def is_repeated(self) -> bool:
        return max(self._all) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Batches by what became of them."""

    offered: Sequence[Offered]
    found: Mapping[Offered, Found] = field(repr=False)

    @property
    def acknowledged(self) -> list[Offered]:
        return [each for each in self.offered if each.is_acknowledged]

    @property
    def lost(self) -> list[Offered]:
        """Acknowledged, and not in both stores with all that was in it."""
        return [each for each in self.acknowledged if self.found[each].is_short]

    @property
    def twice(self) -> list[Offered]:
        """In a store more often than it was offered: once."""
        return [each for each in self.offered if self.found[each].is_repeated]

    @property
    def kept_though_refused(self) -> list[Offered]:
        """Found, although the sender was told, or had to believe, that it was not taken."""
        refused = (each for each in self.offered if not each.is_acknowledged)
        return [each for each in refused if max(self.found[each].in_prometheus)]

    def requests(self, offered: Iterable[Offered]) -> int:
        """How many API requests there are in batches."""
        return REQUESTS * sum(each.signal == "events" for each in offered)

    def requests_in(self, store: str) -> int:
        """How many API requests a store tells of, each time it does."""
        events = [self.found[each] for each in self.offered if each.signal == "events"]
        return sum(sum(getattr(each, f"in_{store}")[:REQUESTS]) for each in events)

    def unexplained(self, crashes: Sequence[float]) -> list[Offered]:
        """What is there twice, and was not on its way when the collector was killed."""
        return [
            each
            for each in self.twice
            if not any(-1 <= crash - each.at <= REPEAT_SECONDS for crash in crashes)
        ]


def account_of(stack: TestStack, project: str, offered: Sequence[Offered]) -> Account:
    """Ask both stores once; whoever asks has waited until all of it has arrived."""
    look = _Look(stack=stack, project=project)
    events, counters = look.events(), look.counters()
    found = {
        each: (events if each.signal == "events" else counters).get(each.name) for each in offered
    }
    nothing = {"events": _found((0,), (0,)), "counters": _found((0,), ())}
    return Account(
        offered=offered,
        found={each: said or nothing[each.signal] for each, said in found.items()},
    )


def _found(in_prometheus: tuple[int, ...], in_loki: tuple[int, ...]) -> Found:
    return Found(in_prometheus=in_prometheus, in_loki=in_loki)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    stack: TestStack
    project: str

    def events(self) -> dict[str, Found]:
        """Requests and tool calls by the session that a batch is."""
        costs = self._amounts("ledger_session_cost_usd", "session")
        calls = self._amounts("ledger_session_tool_calls", "session")
        requests = self._entries("request_id")
        all_events = self._entries("session_id")
        names = costs.keys() | calls.keys() | all_events.keys()
        found = {}
        for name in names:
            by_request = tuple(int(requests.get(each, 0)) for each in request_ids(name))
            others = int(all_events.get(name, 0)) - sum(by_request)
            found[name] = _found(
                (*times_counted(costs.get(name, 0)), _times(calls.get(name, 0), CALLS)),
                (*by_request, _times(others, EVENTS - REQUESTS)),
            )
        return found

    def counters(self) -> dict[str, Found]:
        """What counters grew by, by the team that a batch is; Loki has none of it."""
        lines = self._amounts("ledger_lines", "team")
        seconds = self._amounts("ledger_active_seconds", "team")
        return {
            name: _found(
                (_times(lines.get(name, 0), LINES), _times(seconds.get(name, 0), SECONDS)), ()
            )
            for name in lines.keys() | seconds.keys()
        }

    def _amounts(self, series: str, label: str) -> dict[str, float]:
        selector = f'{series}{{project="{self.project}"}}[{SPAN}]'
        found = self.stack.prometheus.query(f"sum by ({label}) (sum_over_time({selector}))")
        return {each.labels[label]: each.value for each in found}

    def _entries(self, attribute: str) -> dict[str, float]:
        events = '{service_name="claude-code", event_name=~"user_prompt|api_request|tool_result"}'
        own = f'{events} | project="{self.project}" | {attribute}!=""'
        found = self.stack.loki.query(f"sum by ({attribute}) (count_over_time({own} [{SPAN}]))")
        return {each.labels[attribute]: each.value for each in found}


def _times(found: float, offered: float) -> int:
    """How often; a part of it shows as less, or as more, than whole times."""
    whole, rest = divmod(found, offered)
    return int(whole) + (1 if rest and whole else 0)
