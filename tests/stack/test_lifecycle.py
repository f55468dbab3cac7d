"""A stack comes up once, stays as it is, survives what people do to it, and goes away whole."""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import docker
import psutil
import pytest
from docker.models.containers import Container

from provisioner.applied import load_applied
from provisioner.placement import ENGINES, LISTENERS
from provisioner.runtime.supervisord import Supervisord
from tests.stack import scenarios
from tests.stack.books import eventually
from tests.stack.runs import TOLERANCE, Runner, assert_books_equal
from tests.stack.stacks import TestStack, on_docker, on_native, prepare_stack

HOUR_SECONDS = 3600
INTERRUPTED = 130
ENGINES_HERE = tuple(engine for engine in ENGINES if engine != "grafana")


def test_up_changes_nothing_the_second_time(stack: TestStack) -> None:
    before = load_applied(stack.home)
    ran = stack.run("up")
    assert (ran.code, load_applied(stack.home)) == (0, before)
    assert "Apply nothing" in ran.err
    assert stack.succeed("plan") == "nothing to change\n"


def test_up_ends_with_addresses_and_the_line_for_the_profile(stack: TestStack) -> None:
    out = stack.succeed("up")
    ports = stack.settings.ports
    assert f"http://localhost:{ports.otlp_grpc}" in out
    assert f"http://localhost:{ports.prometheus}" in out
    assert out.splitlines()[-1] == f"  source {stack.root / 'setup-env.sh'}"


def test_verify_finds_its_probes_in_both_stores(stack: TestStack) -> None:
    found = stack.read_json("verify", "--json")
    names = {finding["name"] for finding in found["findings"] if finding["is_ok"]}
    assert found["ok"] is True
    assert names >= {
        f"probe over {protocol} in {store}"
        for protocol in ("grpc", "http/protobuf")
        for store in ("loki", "prometheus")
    }


def test_probes_sent_in_the_same_second_are_all_found(stack: TestStack) -> None:
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(lambda _: stack.run("verify"), range(4)))
    assert [each.code for each in ran] == [0] * 4, ran


def test_the_probe_enters_no_total(stack: TestStack) -> None:
    selector = '{__name__=~"ledger_.+",__name__!="ledger_probe"}'
    before = stack.prometheus.samples(selector, HOUR_SECONDS)
    stack.succeed("verify")
    assert stack.prometheus.samples(selector, HOUR_SECONDS) == before


def test_status_tells_engines_memory_and_totals(stack: TestStack) -> None:
    found = stack.read_json("status", "--json")
    engines = {each["engine"]: each for each in found["engines"]}
    assert tuple(engines) == ENGINES_HERE
    assert all(each["is_running"] and each["is_ready"] for each in engines.values())
    assert all(each["memory_mb"] > 0 for each in engines.values())
    assert found["totals"].keys() == {"24h", "30d"}


def test_status_says_what_the_client_spent(runner: Runner) -> None:
    stack = runner.books.stack
    before = stack.read_json("status", "--json")["totals"]["24h"]
    run = runner.run(scenarios.tools())
    assert_books_equal(runner.books, [run])
    after = stack.read_json("status", "--json")["totals"]["24h"]
    spent = after["cost_usd"] - before["cost_usd"]
    assert spent == pytest.approx(run.result.total_cost_usd, rel=0, abs=TOLERANCE)
    assert after["commits"] - before["commits"] == run.scenario.expected.commits
    cost = next(line for line in stack.succeed("status").splitlines() if "cost" in line)
    assert f"${after['cost_usd']:,.10f}".rstrip("0") in cost


def test_data_survives_down_and_up(runner: Runner) -> None:
    before = runner.run(scenarios.tools())
    assert_books_equal(runner.books, [before])
    stack = runner.books.stack
    stack.succeed("down")
    assert "not running" in stack.run("status").out
    stack.succeed("up")
    after = runner.run(scenarios.one_answer())
    assert_books_equal(runner.books, [before, after])


def test_a_changed_setting_is_planned_with_its_reason_and_applied(stack: TestStack) -> None:
    longer = {"PROMETHEUS_OUT_OF_ORDER_DAYS": "401"}
    planned = stack.run("plan", env=longer).out.splitlines()
    assert planned == [
        "write    prometheus/prometheus.yaml: settings or template changed",
        "deliver  rendered files: for prometheus",
        "reload   prometheus: has not read prometheus/prometheus.yaml yet",
    ]
    stack.succeed("up", env=longer)
    eventually(lambda: "401d" in stack.prometheus.config(), expected=True)
    stack.succeed("up")
    eventually(lambda: "400d" in stack.prometheus.config(), expected=True)


def test_shorter_retention_is_refused_without_a_word(stack: TestStack) -> None:
    ran = stack.run("up", env={"PROMETHEUS_RETENTION_DAYS": "30"})
    assert ran.code == 1
    assert "it will keep 30 days instead of 400: older data will be deleted" in ran.err
    assert stack.succeed("plan") == "nothing to change\n"


def test_a_config_that_its_engine_rejects_never_reaches_the_running_stack(
    stack: TestStack,
) -> None:
    template = stack.root / "collector" / "config.yaml.j2"
    right = template.read_text("utf-8")
    template.write_text(right.replace("signal_to_metrics/ledger:", "signal_to_money/ledger:"))
    try:
        ran = stack.run("up")
    finally:
        template.write_text(right)
    assert ran.code == 1
    assert "collector/config.yaml: rejected, nothing was changed" in ran.err
    assert "signal_to_money" in ran.err
    assert stack.succeed("plan") == "nothing to change\n"
    assert stack.read_json("status", "--json")["ok"] is True


@on_docker
def test_a_file_that_is_no_longer_rendered_goes_from_where_containers_read_it(
    stack: TestStack,
) -> None:
    template = stack.root / "loki" / "extra" / "more.yaml.j2"
    template.parent.mkdir()
    template.write_text("a: 1\n", "utf-8")
    stack.succeed("up")
    before = _delivered(stack)
    assert "loki/extra/more.yaml" in before
    shutil.rmtree(template.parent)
    assert stack.succeed("plan").splitlines() == [
        "remove   loki/extra/more.yaml: is no longer rendered",
        "deliver  rendered files: for loki",
        "restart  loki: has read loki/extra/more.yaml, now gone",
    ]
    stack.succeed("up")
    assert _delivered(stack) == before - {"loki/extra/more.yaml"}
    assert stack.succeed("plan") == "nothing to change\n"


def test_a_port_in_use_is_named_with_its_process_before_anything_starts(tmp_path: Path) -> None:
    stack = prepare_stack(tmp_path, "native")
    with socket.socket() as held:
        held.bind(("127.0.0.1", stack.settings.ports.loki))
        held.listen()
        ran = stack.run("up")
    assert ran.code == 1
    assert f"{stack.settings.ports.loki} (ports.loki, LOKI_PORT) is held by" in ran.err
    assert f"(process {os.getpid()})" in ran.err
    assert not (stack.root / "build").exists()
    assert "not running" in stack.run("status").out


def test_up_goes_on_after_an_interrupted_up(tmp_path: Path) -> None:
    stack = prepare_stack(tmp_path, "native")
    try:
        code, told = _interrupted_up(stack)
        assert code == INTERRUPTED
        assert "interrupted" in told
        stack.succeed("up")
        assert stack.succeed("plan") == "nothing to change\n"
    finally:
        stack.succeed("clean", "--yes")
    assert "not running" in stack.run("status").out


def test_clean_refuses_without_a_terminal_and_names_what_it_would_delete(
    stack: TestStack,
) -> None:
    ran = stack.run("clean")
    assert ran.code == 1
    assert "repeat with --yes" in ran.err
    expected = str(stack.home / "data") if stack.runtime == "native" else "_prometheus-data"
    assert expected in ran.err
    assert stack.read_json("status", "--json")["ok"] is True


def test_two_stacks_run_side_by_side_and_cleaning_one_leaves_the_other(
    stack: TestStack, tmp_path: Path
) -> None:
    other = prepare_stack(tmp_path, stack.runtime)
    other.succeed("up")
    other.succeed("clean", "--yes")
    assert "not running" in other.run("status").out
    assert stack.read_json("status", "--json")["ok"] is True


@on_native
def test_a_native_engine_that_dies_is_started_again(stack: TestStack) -> None:
    port = stack.settings.ports.loki_engine
    died = listening(port)
    os.kill(died, signal.SIGKILL)
    eventually(lambda: listening(port) in (0, died), expected=False)
    stack.succeed("verify")


@on_native
def test_a_native_stack_whose_supervisor_was_killed_is_seen_taken_over_and_stopped(
    stack: TestStack,
) -> None:
    _kill_supervisor(stack)
    assert "without its supervisor" in stack.run("status").out
    ran = stack.run("up")
    assert ran.code == 0, ran
    assert "running without a supervisor, taken over: " in ran.err
    assert stack.succeed("plan") == "nothing to change\n"
    _kill_supervisor(stack)
    stack.succeed("down")
    assert {listening(port) for _, port in stack.settings.ports} == {0}
    stack.succeed("up")


@on_native
def test_every_native_port_is_on_the_loopback(stack: TestStack) -> None:
    ports = {number for _, number in stack.settings.ports} - {stack.settings.ports.grafana}
    listening = {
        (each.laddr.ip, each.laddr.port)
        for each in psutil.net_connections(kind="tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port in ports
    }
    assert listening == {("127.0.0.1", port) for port in ports}


@on_docker
def test_every_published_port_of_a_container_is_on_the_loopback(stack: TestStack) -> None:
    published = {
        (binding["HostIp"], int(binding["HostPort"]))
        for container in _containers(stack).values()
        for bindings in container.attrs["NetworkSettings"]["Ports"].values()
        for binding in bindings or []
    }
    ports = stack.settings.ports
    expected = {
        getattr(ports, each.name)
        for each in LISTENERS
        if each.published and each.engine in ENGINES_HERE
    }
    assert published == {("127.0.0.1", port) for port in expected}


@on_docker
def test_a_change_for_one_service_replaces_only_its_container(stack: TestStack) -> None:
    before = _containers(stack)
    compose = stack.root / "compose.yaml"
    text = compose.read_text("utf-8")
    compose.write_text(text.replace("start_period: 30s", "start_period: 31s", 1), "utf-8")
    assert stack.succeed("plan").splitlines() == [
        "deliver  rendered files: for loki",
        "start    loki: its image, binary, arguments, ports, limits or keys changed",
    ]
    stack.succeed("up")
    after = _containers(stack)
    assert {name for name in before if before[name].id != after[name].id} == {"loki"}
    assert stack.succeed("plan") == "nothing to change\n"


def _containers(stack: TestStack) -> dict[str, Container]:
    """The stack's containers by the engine they run."""
    with closing(docker.from_env()) as client:
        label = f"com.docker.compose.project={stack.settings.project}"
        found = client.containers.list(all=True, filters={"label": label})
    return {each.labels["com.docker.compose.service"]: each for each in found}


def _delivered(stack: TestStack) -> set[str]:
    """The files that containers can read, by their path below all configs."""
    archive, _ = _containers(stack)["loki"].get_archive("/etc/claude-otel")
    with tarfile.open(fileobj=io.BytesIO(b"".join(archive))) as files:
        return {each.name.partition("/")[2] for each in files if not each.isdir()}


def _interrupted_up(stack: TestStack) -> tuple[int, str]:
    """How `up` ends, and what it says, when ^C comes while engines start."""
    # Whoever runs the tests in the background has made their children deaf to ^C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [sys.executable, "-m", "provisioner", "up"],
        cwd=stack.root,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as up:
        signal.signal(signal.SIGINT, before)
        eventually((stack.home / "supervisord.conf").exists, expected=True)
        up.send_signal(signal.SIGINT)
        _, told = up.communicate(timeout=60)
    return up.returncode, told


def _kill_supervisor(stack: TestStack) -> None:
    supervisord = Supervisord(home=stack.home)
    os.kill(supervisord.pid() or 0, signal.SIGKILL)
    eventually(supervisord.is_running, expected=False)


def listening(port: int) -> int:
    """The process that listens on a port; 0 when nobody does."""
    for each in psutil.net_connections(kind="tcp"):
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port:
            return each.pid or 0
    return 0
