"""Does the doctor see the client and the stack as they are?"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from provisioner.applied import Applied, save_applied
from provisioner.doctor.model import Observed
from provisioner.doctor.observe import observe
from provisioner.files import write_atomically
from provisioner.keys import token_file
from provisioner.placement import LISTENERS
from provisioner.settings import Ports, Settings
from tests.ports import free_ports
from tests.servers import Answer, Request, alert, serving, success

SECRET = {"ANTHROPIC_API_KEY": "hidden", "PATH": "/nowhere"}


def ports_of_nobody() -> dict[str, int]:
    return dict(zip((each.name for each in LISTENERS), free_ports(), strict=False))


def look(
    folder: Path, environ: Mapping[str, str], ports: Ports | None = None, token: str = ""
) -> Observed:
    settings = Settings(ports=ports or Ports(**ports_of_nobody()))
    write_atomically(token_file(folder), token)
    own = {"HOME": str(folder), "CLAUDE_OTEL_MANAGED_DIR": str(folder)}
    return observe({**own, **environ}, folder, settings, folder)


def client(folder: Path, script: str) -> dict[str, str]:
    write_atomically(folder / "bin" / "claude", f"#!/bin/sh\n{script}\n", mode=0o755)
    return {"PATH": str(folder / "bin")}


def test_only_what_bears_on_telemetry_is_looked_at(tmp_path: Path) -> None:
    env = {"OTEL_LOGS_EXPORTER": "otlp", "http_proxy": "x", **SECRET}
    write_atomically(tmp_path / ".claude" / "settings.json", json.dumps({"env": env}))
    observed = look(tmp_path, {**SECRET, "CLAUDE_CODE_ENABLE_TELEMETRY": "1"})
    assert set(observed.variables) == {
        "CLAUDE_CODE_ENABLE_TELEMETRY",
        "OTEL_LOGS_EXPORTER",
        "http_proxy",
    }
    assert "hidden" not in str(observed)


def test_a_machine_without_anything_is_seen_as_such(tmp_path: Path) -> None:
    observed = look(tmp_path, {"PATH": "/nowhere"})
    assert (observed.has_client, observed.version) == (False, None)
    assert observed.listening == frozenset()
    assert observed.arrivals is None


def test_the_client_is_asked_for_its_version(tmp_path: Path) -> None:
    observed = look(tmp_path, client(tmp_path, "echo '2.1.330 (Claude Code)'"))
    assert (observed.has_client, observed.version) == (True, (2, 1, 330))


@pytest.mark.parametrize("script", ["echo hello", "exit 1", "#"])
def test_a_client_that_does_not_say_its_version_is_a_client(tmp_path: Path, script: str) -> None:
    observed = look(tmp_path, client(tmp_path, script))
    assert (observed.has_client, observed.version) == (True, None)


def test_a_client_that_cannot_be_run_is_a_client(tmp_path: Path) -> None:
    write_atomically(tmp_path / "bin" / "claude", "#!/nowhere/at/all\n", mode=0o755)
    observed = look(tmp_path, {"PATH": str(tmp_path / "bin")})
    assert (observed.has_client, observed.version) == (True, None)


def answer(request: Request) -> Answer:
    """Both stores: requests and events now, counters an hour ago, no sessions; one alert."""
    if request.path == "/api/v1/alerts":
        return success({"alerts": [alert("DiskFull", "critical")]})
    now, query = time.time(), request.query["query"]
    if request.path == "/loki/api/v1/query":
        rows = [{"metric": {"event_name": "api_request"}, "value": [now, "7"]}]
    elif 'event_name="other"' in query:
        stream = {"event_name": "other", "event_name_client": "telepathy_started"}
        rows = [{"stream": stream, "values": [[str(int(now * 1e9)), "line"]]}]
    elif request.path == "/loki/api/v1/query_range":
        stream = {"model": "opus", "event_name": "api_request"}
        rows = [{"stream": stream, "values": [[str(int(now * 1e9)), "line"]]}]
    elif "ledger_sessions" in query:
        rows = []
    else:
        late = 3600 if "active_seconds" in query else 0
        times = (now - 7200, now - late)
        rows = [{"metric": {}, "values": [[at, "1"] for at in times]}]
    return success({"result": rows})


def test_the_stores_are_asked_what_has_arrived(tmp_path: Path) -> None:
    with serving(answer) as prometheus, serving(answer) as loki, serving(answer) as door:
        ports = Ports(
            **{
                **ports_of_nobody(),
                "otlp_grpc": door.server_port,
                "prometheus": prometheus.server_port,
                "loki": loki.server_port,
            }
        )
        observed = look(tmp_path, {}, ports)
    found = observed.arrivals
    assert observed.listening == {ports.otlp_grpc}
    assert found
    assert found.events == {
        "api_request": frozenset({"model", "event_name"}),
        "telepathy_started": frozenset(),
    }
    assert found.request
    assert found.request.last - time.time() == pytest.approx(0, abs=5)
    assert found.busy
    assert found.busy.first - time.time() == pytest.approx(-7200, abs=5)
    assert found.busy.last - time.time() == pytest.approx(-3600, abs=5)
    assert found.counter == found.busy
    assert [each.name for each in found.alerts] == ["DiskFull"]
    requests = (*prometheus.requests, *loki.requests)
    asked = [each.query["query"] for each in requests if each.query]
    assert all('ingest_source=""' in each or 'origin="live"' in each for each in asked)


def test_stores_that_answer_nonsense_are_as_good_as_none(tmp_path: Path) -> None:
    with serving(lambda _: Answer(body=b"hello")) as stores:
        ports = {**ports_of_nobody(), "prometheus": stores.server_port}
        assert look(tmp_path, {}, Ports(**ports)).arrivals is None


def test_queues_that_were_set_aside_are_named(tmp_path: Path) -> None:
    save_applied(tmp_path, Applied(set_aside=("/data/spool/broken",)))
    assert look(tmp_path, {}).set_aside == ("/data/spool/broken",)
