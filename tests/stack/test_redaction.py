"""Keys and tokens are masked in all that the collector keeps, as Python masks them."""

from __future__ import annotations

import time
import uuid

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from provisioner.redact import MASK, masked
from tests.stack.attacks import post, text, valid
from tests.stack.books import Books, eventually
from tests.stack.stacks import TestStack
from tests.unit.test_redact import AFTER, BEFORE, EXAMPLES, HARMLESS

HOUR_NS = 3600 * 10**9


def test_no_key_or_token_gets_past_the_door(stack: TestStack) -> None:
    books = Books(stack=stack, project=uuid.uuid4().hex)
    secrets = [f"{BEFORE}{secret}{AFTER}" for each in EXAMPLES.values() for secret in each]
    said = [*secrets, *HARMLESS]
    request, record = valid(books.project)
    record.attributes.extend(text(f"said{number}", each) for number, each in enumerate(said))
    inner = AnyValue()
    inner.kvlist_value.values.append(KeyValue(key="key", value=AnyValue(string_value=secrets[0])))
    record.attributes.append(KeyValue(key="inner", value=inner))
    record.body.string_value = " ".join(secrets)
    resource = request.resource_logs[0].resource.attributes
    resource.append(text("on.resource", secrets[0]))
    assert post(stack, bytes(request.SerializeToString())) == 200
    eventually(lambda: books.total("ledger_api_requests"), 1)
    eventually(lambda: books.loki_count("api_request"), 1)
    query, now = f'{{event_name="api_request"}} | project="{books.project}"', time.time_ns()
    (found,) = stack.loki.entries(query, now - HOUR_NS, now + HOUR_NS)
    kept = {f"said{number}": masked(each) for number, each in enumerate(said)}
    assert {name: found.attributes[name] for name in kept} == kept
    assert found.line == masked(" ".join(secrets))
    assert found.attributes["on_resource"] == masked(secrets[0])
    assert MASK in found.attributes["inner"]
    assert EXAMPLES["AWS access key"][0] not in str(found)
