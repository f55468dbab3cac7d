"""The client's own counters go on counting, whatever changes around them."""

from __future__ import annotations

import time
import uuid

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA

from provisioner.backends import post_otlp
from provisioner.telemetry import METRIC_SCOPE
from tests.stack.books import eventually
from tests.stack.stacks import TestStack


def test_a_resource_or_version_that_differs_makes_no_new_series(stack: TestStack) -> None:
    project = f"acme/counters-{uuid.uuid4().hex[:8]}"
    for number in range(3):
        _send_commit(stack, project, branch=f"feature-{number}", version=f"2.1.{number}")
    selector = f'claude_code_commit_count_total{{project="{project}"}}'
    eventually(
        lambda: [sample.value for sample in stack.prometheus.query(selector)], expected=[3.0]
    )


def _send_commit(stack: TestStack, project: str, *, branch: str, version: str) -> None:
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    resource.resource.attributes.extend(_texts({"service.name": "claude-code", "branch": branch}))
    scope = resource.scope_metrics.add()
    scope.scope.name, scope.scope.version = METRIC_SCOPE, version
    metric = scope.metrics.add()
    metric.name = "claude_code.commit.count"
    metric.sum.is_monotonic = True
    metric.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_DELTA
    point = metric.sum.data_points.add()
    point.start_time_unix_nano = time.time_ns()
    point.time_unix_nano = time.time_ns()
    point.as_int = 1
    point.attributes.extend(_texts({"project": project}))
    body, kind = request.SerializeToString(), "application/x-protobuf"
    post_otlp(f"{stack.door.http_url}/v1/metrics", body, kind, token=stack.door.token)


def _texts(values: dict[str, str]) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in values.items()]
