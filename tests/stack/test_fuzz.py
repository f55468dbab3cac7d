"""Whatever shape OTLP has: what is valid and came with it is counted, once, in both stores."""

from __future__ import annotations

import itertools
import math
import uuid

from hypothesis import HealthCheck, given, settings
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from tests.stack.attacks import COST, post, valid
from tests.stack.books import Books, eventually
from tests.stack.runs import pass_marker
from tests.stack.shapes import Shape, content_types, shapes, written
from tests.stack.stacks import TestStack

EXAMPLES = 400
ANSWERS = {200, 400, 500}
"""JSON that is no OTLP is answered with 400, and some of it with 500; neither is sent again."""


def test_no_shape_takes_along_what_is_valid(stack: TestStack) -> None:
    books = Books(stack=stack, project=f"fuzz-{uuid.uuid4().hex[:8]}")
    sent = itertools.count(1)
    last = [0]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(shape=shapes, content_type=content_types)
    def attack(shape: Shape, content_type: str) -> None:
        signal = "logs" if isinstance(shape, ExportLogsServiceRequest) else "metrics"
        status = post(stack, written(shape, content_type), content_type, signal=signal)
        assert status in ANSWERS
        request, _ = valid(books.project)
        assert post(stack, bytes(request.SerializeToString())) == 200
        last[0] = next(sent)

    attack()
    eventually(lambda: books.loki_count("api_request"), last[0])
    pass_marker(stack)
    assert books.total("ledger_api_requests") == last[0]
    assert books.total("ledger_cost_usd") == last[0] * COST
    everything = stack.prometheus.query(
        'sum by (__name__) ({__name__=~"ledger_.+|claude_code_.+"})'
    )
    assert all(math.isfinite(sample.value) and sample.value >= 0 for sample in everything)
