"""Has everything that the collector acknowledged come out at both ends?

Its spool and queues hand on in order: what was sent before a probe has arrived when the probe has.
"""

from __future__ import annotations

import random
import time

from provisioner.backends import Loki, Prometheus
from provisioner.errors import Refused
from provisioner.otlp import Sender, logs_request, send
from provisioner.records import Event
from provisioner.telemetry import PROBE, PROBE_EVENT, PROBE_SCOPE
from provisioner.verify import PROBE_SERVICE, Subject
from provisioner.workspace import Workspace

WAIT_SECONDS = 60.0
POLL_SECONDS = 0.2
_NAME = "books"
_SELECTOR = f'{PROBE.name}{{protocol="{_NAME}"}}'
_EVENTS = f'{{service_name="{PROBE_SERVICE}", event_name="{PROBE_EVENT}"}} | protocol="{_NAME}"'


def settle(workspace: Workspace, seconds: float = WAIT_SECONDS) -> float:
    """Wait until what was acknowledged so far is in both stores; the moment that "so far" means.

    Raises Refused when it takes too long, DeliveryFailed when the collector is away. The caller
    holds the books: another's probe in the same second would hide this one.
    """
    amount, sent = random.randrange(1, 2**31), time.time()  # noqa: S311 - recognised, no secret
    event = Event(name=PROBE_EVENT, attributes={"probe.amount": amount, "protocol": _NAME})
    subject = Subject(workspace=workspace, with_grafana=False, deadline=time.monotonic() + seconds)
    request = logs_request(Sender(service_name=PROBE_SERVICE, scope=PROBE_SCOPE), [event])
    send(subject.door, request, "http/protobuf")
    while not (_in_loki(subject.loki, amount, sent) and _in_prometheus(subject.prometheus, amount)):
        if time.monotonic() >= subject.deadline:
            raise Refused(
                "what clients have sent is still on its way through the collector to the stores\n"
                "  next: see `claude-otel status`, then repeat"
            )
        time.sleep(POLL_SECONDS)
    return sent


def _in_loki(loki: Loki, amount: int, sent: float) -> bool:
    span = (int((sent - 60) * 1e9), int((sent + 3600) * 1e9))
    return bool(loki.entries(f'{_EVENTS} | probe_amount="{amount}"', *span, limit=1))


def _in_prometheus(prometheus: Prometheus, amount: int) -> bool:
    return any(sample.value == amount for sample in prometheus.samples(_SELECTOR, 600))
