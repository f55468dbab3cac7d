"""Do requests hold what the truth says, and are they due as a client would send them?"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from bench.load.batches import Batch
from bench.load.deliver import in_lanes
from bench.load.people import portions_of
from bench.load.schedule import Schedule, by_lane
from bench.load.steady import Steady

BEGINS = 1_800_000_000.0


def _exports(client: int, exports: int) -> list[Batch]:
    portions = itertools.islice(portions_of(client, 5), exports)
    return list(Schedule(clients=10, begins=BEGINS).exports(client, portions))


def _records(batches: list[Batch]) -> Iterator[LogRecord]:
    for batch in batches:
        if batch.signal == "events":
            request = ExportLogsServiceRequest.FromString(batch.body)
            yield from request.resource_logs[0].scope_logs[0].log_records


def _said(record: LogRecord, name: str) -> str:
    found: KeyValue = next(each for each in record.attributes if each.key == name)
    return str(found.value.string_value)


def test_the_truth_of_events_is_what_requests_hold() -> None:
    batches = _exports(4, 30)
    counted = Counter(
        ("events", _said(each, "user.email"), _said(each, "event.name"))
        for each in _records(batches)
    )
    told: Counter[tuple[str, ...]] = Counter()
    for batch in batches:
        told.update({key: round(each) for key, each in batch.truth.items() if key[0] == "events"})
    assert counted == told


def test_no_two_events_of_a_client_have_one_time_and_all_are_before_they_are_due() -> None:
    batches = _exports(4, 30)
    times = [each.time_unix_nano for each in _records(batches)]
    assert times == sorted(set(times))
    assert times[-1] < (BEGINS + max(each.due for each in batches)) * 1e9


def test_events_are_due_every_five_seconds_and_counters_every_ten() -> None:
    batches = _exports(4, 30)
    events = [each.due for each in batches if each.signal == "events"]
    counters = [each.due for each in batches if each.signal == "counters"]
    assert events == [2.0 + 5 * number for number in range(30)]
    assert all((due - 7) % 10 == 0 for due in counters)


def test_counters_of_the_last_interval_are_not_left_out() -> None:
    whole = {batch.due for batch in _exports(4, 31) if batch.signal == "counters"}
    assert max(whole) == 2.0 + 5 * 30


def test_a_steady_rate_is_offered_evenly_by_clients_that_keep_their_lane() -> None:
    steady = Steady(rate=100.0, seconds=10.0)
    lanes = [list(lane) for lane in steady.lanes(BEGINS)]
    dues = sorted(each.due for lane in lanes for each in lane if each.signal == "events")
    assert len(dues) * 5 == steady.events == 1000
    assert all(abs(due - number * 0.05) < 1e-6 for number, due in enumerate(dues))
    assert all([each.due for each in lane] == sorted(each.due for each in lane) for lane in lanes)


def test_a_session_lasts_by_the_wall_and_not_by_the_story() -> None:
    lanes = Steady(rate=20.0, seconds=600.0).lanes(BEGINS)
    batches = [each for lane in lanes for each in lane]
    sessions = {_said(each, "session.id") for each in _records(batches)}
    assert 20 <= len(sessions) <= 24


def test_lanes_hold_every_batch_once() -> None:
    batches = [each for client in range(5) for each in _exports(client, 3)]
    assert sum(map(len, in_lanes(batches, 3))) == len(batches)
    clients = [iter(_exports(client, 3)) for client in range(5)]
    assert sum(len(list(lane)) for lane in by_lane(clients, 3)) == len(batches)
