"""Which shapes may OTLP have? Hypothesis makes them up, likely and unlikely ones."""

from __future__ import annotations

from google.protobuf.json_format import MessageToJson
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
    Summary,
    SummaryDataPoint,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from provisioner.telemetry import (
    COUNTED_ATTRIBUTES,
    COUNTERS,
    EVENT_SCOPE,
    METRIC_SCOPE,
    PLAN_LIMIT_SCOPE,
    PLAN_USED,
    PROBE_SCOPE,
)
from tests.stack.attacks import JSON, PROTOBUF

LARGEST = 2**64 - 1

_texts = st.text(max_size=40) | st.sampled_from(
    ("", "api_request", "claude-code", "1", "NaN", "1e400", "x" * 5000, "\x00", "2026-01-01")
)
_names = st.text(max_size=12) | st.sampled_from(
    (*COUNTED_ATTRIBUTES, "ingest_source", "le", "job", "__error__", "a.b", "a_b", "__name__")
)
_scalars = (
    st.builds(AnyValue)
    | st.builds(AnyValue, string_value=_texts)
    | st.builds(AnyValue, bool_value=st.booleans())
    | st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1))
    | st.builds(AnyValue, double_value=st.floats())
    | st.builds(AnyValue, bytes_value=st.binary(max_size=40))
)


def _nested(values: st.SearchStrategy[AnyValue]) -> st.SearchStrategy[AnyValue]:
    pairs = st.lists(st.builds(KeyValue, key=_names, value=values), max_size=4)
    lists = st.lists(values, max_size=4)
    return st.builds(AnyValue, array_value=st.builds(ArrayValue, values=lists)) | st.builds(
        AnyValue, kvlist_value=st.builds(KeyValueList, values=pairs)
    )


_values = st.recursive(_scalars, _nested, max_leaves=6)
_attributes = st.lists(st.builds(KeyValue, key=_names, value=_values), max_size=12)
_times = st.integers(0, LARGEST) | st.sampled_from((0, 1, 2**63, LARGEST))
_resources = st.builds(Resource, attributes=_attributes)
_scope_names = _texts | st.sampled_from((EVENT_SCOPE, METRIC_SCOPE, PLAN_LIMIT_SCOPE, PROBE_SCOPE))
_scopes = st.builds(InstrumentationScope, name=_scope_names, version=_texts, attributes=_attributes)

_records = st.builds(
    LogRecord,
    time_unix_nano=_times,
    observed_time_unix_nano=_times,
    severity_number=st.integers(0, 24),
    severity_text=_texts,
    body=_values,
    attributes=_attributes,
    flags=st.integers(0, 2**32 - 1),
    trace_id=st.binary(max_size=0) | st.binary(min_size=16, max_size=16),
    span_id=st.binary(max_size=0) | st.binary(min_size=8, max_size=8),
    event_name=_texts,
)
_logs = st.builds(
    ExportLogsServiceRequest,
    resource_logs=st.lists(
        st.builds(
            ResourceLogs,
            resource=_resources,
            schema_url=_texts,
            scope_logs=st.lists(
                st.builds(ScopeLogs, scope=_scopes, log_records=st.lists(_records, max_size=3)),
                max_size=2,
            ),
        ),
        max_size=2,
    ),
)

_whole = st.integers(0, LARGEST)
_common = {"attributes": _attributes, "start_time_unix_nano": _times, "time_unix_nano": _times}
_numbers = st.builds(NumberDataPoint, as_double=st.floats(), **_common) | st.builds(
    NumberDataPoint, as_int=st.integers(-(2**63), 2**63 - 1), **_common
)
_temporality = st.integers(0, 2)
_histograms = st.builds(
    HistogramDataPoint,
    count=_whole,
    sum=st.floats(),
    bucket_counts=st.lists(_whole, max_size=4),
    explicit_bounds=st.lists(st.floats(), max_size=4),
    **_common,
)
_exponential = st.builds(
    ExponentialHistogramDataPoint,
    count=_whole,
    sum=st.floats(),
    scale=st.integers(-(2**31), 2**31 - 1),
    **_common,
)
_summaries = st.builds(SummaryDataPoint, count=_whole, sum=st.floats(), **_common)
_data = st.one_of(
    st.fixed_dictionaries(
        {
            "sum": st.builds(
                Sum,
                data_points=st.lists(_numbers, max_size=3),
                aggregation_temporality=_temporality,
                is_monotonic=st.booleans(),
            )
        }
    ),
    st.fixed_dictionaries({"gauge": st.builds(Gauge, data_points=st.lists(_numbers, max_size=3))}),
    st.fixed_dictionaries(
        {
            "histogram": st.builds(
                Histogram,
                data_points=st.lists(_histograms, max_size=2),
                aggregation_temporality=_temporality,
            )
        }
    ),
    st.fixed_dictionaries(
        {
            "exponential_histogram": st.builds(
                ExponentialHistogram,
                data_points=st.lists(_exponential, max_size=2),
                aggregation_temporality=_temporality,
            )
        }
    ),
    st.fixed_dictionaries(
        {"summary": st.builds(Summary, data_points=st.lists(_summaries, max_size=2))}
    ),
    st.just({}),
)
_metric_names = _texts | st.sampled_from(
    (*(each.otel_name for each in COUNTERS), PLAN_USED.otel_name, "ledger.cost_usd")
)
_metrics = st.builds(
    lambda data, **said: Metric(**data, **said),
    data=_data,
    name=_metric_names,
    unit=_texts,
    description=_texts,
)
_measurements = st.builds(
    ExportMetricsServiceRequest,
    resource_metrics=st.lists(
        st.builds(
            ResourceMetrics,
            resource=_resources,
            scope_metrics=st.lists(
                st.builds(ScopeMetrics, scope=_scopes, metrics=st.lists(_metrics, max_size=3)),
                max_size=2,
            ),
        ),
        max_size=2,
    ),
)

Shape = ExportLogsServiceRequest | ExportMetricsServiceRequest
shapes: st.SearchStrategy[Shape] = _logs | _measurements
content_types = st.sampled_from((PROTOBUF, JSON))


def written(shape: Shape, content_type: str) -> bytes:
    """A request as it travels; JSON as protobuf writes it, which is not always OTLP's."""
    if content_type == JSON:
        return MessageToJson(shape, indent=None).encode()
    return bytes(shape.SerializeToString())
