"""Is the demo's stack never the person's own, and filled once?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from provisioner.applied import Applied, save_applied
from provisioner.demo.stack import (
    Filled,
    demo_workspace,
    fill,
    forget_filled,
    load_filled,
    until_now,
)
from provisioner.errors import DeliveryFailed
from provisioner.files import write_atomically
from provisioner.keys import key_file, make_keys
from provisioner.settings import Ports, Settings
from provisioner.workspace import Workspace, open_workspace
from tests.servers import Answer, Request, serving, success

MANY = 1_000
WEEKEND = Filled(end="2026-11-22T16:30:00+00:00", days=2)


def _real(checkout: Path, **environ: str) -> tuple[Workspace, dict[str, str]]:
    everything = {"CLAUDE_OTEL_ROOT": str(checkout), **environ}
    return open_workspace(everything), everything


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"STACK_PROJECT": "ours", "STACK_DATA_DIR": "data"},
        {"GRAFANA_PORT": "60000", "LOKI_RETENTION_DAYS": "7", "STACK_IDENTITY": "none"},
    ],
)
def test_the_demo_shares_neither_name_nor_place_nor_port_with_the_real_stack(
    checkout: Path, environ: dict[str, str]
) -> None:
    real, everything = _real(checkout, **environ)
    demo = demo_workspace(real, everything)
    assert demo.settings.project == f"{real.settings.project}-demo"
    assert len({real.home, demo.home, real.build, demo.build}) == 4
    assert real.home not in demo.home.parents
    assert demo.home not in real.home.parents
    real_ports = {number for _, number in real.settings.ports}
    assert real_ports.isdisjoint(number for _, number in demo.settings.ports)
    assert demo.settings.loki.retention_days == 400
    assert demo.settings.identity == "email"


def test_ports_are_as_far_away_as_one_can_remember(checkout: Path) -> None:
    real, everything = _real(checkout)
    ports = demo_workspace(real, everything).settings.ports
    assert (ports.grafana, ports.prometheus) == (23000, 29090)


def test_other_settings_are_the_persons_own(checkout: Path) -> None:
    write_atomically(checkout / "stack.yaml", "loki: {memory_mb: 777}\nruntime: native\n")
    real, everything = _real(checkout, GRAFANA_HOME="/opt/grafana")
    demo = demo_workspace(real, everything)
    assert demo.settings.loki.memory_mb == 777
    assert (demo.settings.runtime, demo.settings.grafana.home) == ("native", Path("/opt/grafana"))


def test_the_demo_runs_as_the_real_stack_was_last_run(checkout: Path, tmp_path: Path) -> None:
    real, everything = _real(checkout, STACK_DATA_DIR=str(tmp_path / "data"))
    assert demo_workspace(real, everything).settings.runtime == "auto"
    save_applied(real.home, Applied(runtime="native"))
    assert demo_workspace(real, everything).settings.runtime == "native"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A demo whose stores take so many requests; `left` holds that one number."""

    demo: Workspace
    left: list[int]
    requests: list[Request]


@pytest.fixture
def shelf(workspace: Workspace) -> Iterator[Shelf]:
    left = [MANY]
    requests: list[Request] = []

    def answer(request: Request) -> Answer:
        if request.method == "GET":
            return success({"result": []})
        left[0] -= 1
        requests.append(request)
        return Answer(status=200 if left[0] >= 0 else 503)

    make_keys(workspace.home)
    key = key_file(workspace.home)
    with serving(answer, key) as prometheus, serving(answer, key) as loki, serving(answer) as gate:
        ports = dict(workspace.settings.ports) | {
            "prometheus_engine": prometheus.server_port,
            "loki_engine": loki.server_port,
            "loki": gate.server_port,
        }
        demo = replace(workspace, settings=Settings(ports=Ports(**ports)))
        yield Shelf(demo=demo, left=left, requests=requests)


def test_a_demo_is_filled_day_by_day_and_remembers_it(shelf: Shelf) -> None:
    days: list[str] = []
    assert load_filled(shelf.demo) is None
    fill(shelf.demo, WEEKEND, days.append)
    assert days == ["day 1 of 2", "day 2 of 2"]
    filled = load_filled(shelf.demo)
    assert filled == replace(WEEKEND, done=2)
    assert filled.is_whole
    sent = len(shelf.requests)
    fill(shelf.demo, filled, days.append)
    assert len(shelf.requests) == sent
    forget_filled(shelf.demo)
    assert load_filled(shelf.demo) is None


def test_a_demo_that_was_interrupted_goes_on_where_it_stopped(shelf: Shelf) -> None:
    fill(shelf.demo, WEEKEND, _nobody)
    whole = [request.body for request in shelf.requests]
    forget_filled(shelf.demo)
    shelf.requests.clear()
    shelf.left[0] = len(whole) - 1
    with pytest.raises(DeliveryFailed, match="503"):
        fill(shelf.demo, WEEKEND, _nobody)
    stopped = load_filled(shelf.demo)
    assert stopped == replace(WEEKEND, done=1)
    shelf.left[0] = MANY
    fill(shelf.demo, stopped, _nobody)
    assert load_filled(shelf.demo) == replace(WEEKEND, done=2)
    assert len(shelf.requests) > len(whole)


def test_a_demo_that_was_interrupted_on_its_first_day_keeps_its_end(shelf: Shelf) -> None:
    shelf.left[0] = 0
    sunday = replace(WEEKEND, days=1)
    with pytest.raises(DeliveryFailed, match="503"):
        fill(shelf.demo, sunday, _nobody)
    assert load_filled(shelf.demo) == sunday


def test_a_note_that_cannot_be_read_is_none(workspace: Workspace) -> None:
    for text in ("{", json.dumps({"end": "x"}), json.dumps([])):
        write_atomically(workspace.home / "demo.json", text)
        assert load_filled(workspace) is None


def test_a_new_demo_ends_now() -> None:
    assert until_now(5).days == 5
    assert until_now(5).end[:4].isdigit()


def _nobody(line: str) -> None:
    del line
