"""Does the invented team work as people do, the same way each time, and up to the moment?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from provisioner.demo.cast import TEAM
from provisioner.demo.days import Invention, invented_days
from provisioner.records import Event, Record

FRIDAY = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FORTNIGHT = Invention(end=FRIDAY, days=14)
SHORT = Invention(end=FRIDAY, days=4, people=3)
NS = 10**9


@cache
def _days(wanted: Invention = FORTNIGHT) -> list[list[Record]]:
    return list(invented_days(wanted))


def _records(wanted: Invention = FORTNIGHT) -> list[Record]:
    return [record for day in _days(wanted) for record in day]


def _events(name: str) -> list[Event]:
    return [each for each in _records() if isinstance(each, Event) and each.name == name]


def test_the_same_seed_and_moment_give_the_same_records() -> None:
    assert list(invented_days(SHORT)) == _days(SHORT)
    assert _days(replace(SHORT, seed="another")) != _days(SHORT)


def test_records_ascend_through_all_days_and_none_is_later_than_the_end() -> None:
    times = [record.at_ns for record in _records()]
    assert times == sorted(times)
    assert times[-1] < FRIDAY.timestamp() * NS


def test_each_day_holds_what_happened_on_it() -> None:
    days = _days()
    assert len(days) == FORTNIGHT.days
    for days_ago, records in zip(reversed(range(14)), days, strict=True):
        dates = {datetime.fromtimestamp(each.at_ns / NS, tz=UTC).date() for each in records}
        assert dates <= {(FRIDAY - timedelta(days=days_ago)).date()}


def test_people_work_on_working_days_and_little_at_weekends() -> None:
    weekends = [len(day) for day in (_days()[0:2] + _days()[7:9])]
    working_days = [len(day) for day in (_days()[2:7] + _days()[9:14])]
    assert max(weekends) < min(working_days)


def test_the_newest_data_reach_up_to_the_end_whenever_that_is() -> None:
    for end in (FRIDAY, SUNDAY_NIGHT):
        newest = _records(Invention(end=end, days=2))[-1].at_ns
        assert end.timestamp() - newest / NS < 900


def test_everybody_of_the_team_is_there_and_nobody_else() -> None:
    users = {str(each.attributes["user.email"]) for each in _records()}
    assert users == {person.email for person in TEAM[:6]}
    assert len({person.team for person in TEAM[:6]}) == 3
    assert len({each.attributes["vcs.repository.name"] for each in _records()}) == 5
    assert len({person.name for person in TEAM}) == len(TEAM) == 10


def test_all_that_boards_show_happens() -> None:
    names = Counter(record.name for record in _records())
    for name in (
        "api_error",
        "api_refusal",
        "api_retries_exhausted",
        "compaction",
        "hook_execution_complete",
        "mcp_server_connection",
        "skill_activated",
        "subagent_completed",
        "claude_code.commit.count",
        "claude_code.pull_request.count",
        "claude_code.code_edit_tool.decision",
    ):
        assert names[name] > 0, name
    assert {each.attributes["success"] for each in _events("tool_result")} == {"true", "false"}
    decisions = {each.attributes["decision"] for each in _events("tool_decision")}
    assert decisions == {"accept", "reject"}
    assert len({each.attributes["model"] for each in _events("api_request")}) == 5


def test_eagerness_multiplies_the_work() -> None:
    eager = len(_records(replace(SHORT, eagerness=2.4)))
    assert 1.6 < eager / len(_records(SHORT)) < 3.2
