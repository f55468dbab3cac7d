"""Are the rendered files complete, stable, and never a broken one?"""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioner.dashboards import DASHBOARDS
from provisioner.errors import ArtifactRejected
from provisioner.launch import go_memory_limit
from provisioner.placement import ENGINES, docker_placement, native_placement
from provisioner.render import Artifacts, Stack, render
from provisioner.settings import Collector, Ports, Settings
from provisioner.telemetry import (
    CONTENT_ATTRIBUTES,
    COUNTERS,
    IDENTITY_ATTRIBUTES,
    PLAN_LIMITS,
    SESSION_AMOUNTS,
)
from tests.conftest import ROOT

HOME = Path("/srv/stack")


def _stack(*, with_grafana: bool = True, **values: Any) -> Stack:  # noqa: ANN401 - any setting
    settings = Settings(**values)
    at = native_placement(settings, HOME)
    return Stack(settings=settings, placement=at, with_grafana=with_grafana, home=HOME)


@cache
def _rendered(settings: Settings) -> Artifacts:
    at = native_placement(settings, HOME)
    return render(Stack(settings=settings, placement=at, with_grafana=True, home=HOME), ROOT)


def _collector(**values: Any) -> str:  # noqa: ANN401 - as above
    return _rendered(Settings(**values))["collector/config.yaml"]


@cache
def _read(text: str) -> Any:  # noqa: ANN401 - as YAML has it
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def _statements(text: str) -> list[str]:
    """What the collector does to each event before it is stored."""
    groups = _read(text)["processors"]["transform/normalise"]["log_statements"]
    return [statement for group in groups for statement in group["statements"]]


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the templates, to be broken."""
    for folder in ENGINES:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_every_template_board_and_the_clients_file_become_artifacts() -> None:
    assert list(_rendered(Settings())) == [
        "client.sh",
        "collector/config.yaml",
        "gateway/Caddyfile",
        *sorted(f"grafana/dashboards/{board.name}.json" for board in DASHBOARDS),
        "grafana/grafana.ini",
        "grafana/provisioning/dashboards/stack.yaml",
        "grafana/provisioning/datasources/stack.yaml",
        "loki/config.yaml",
        "prometheus/client.yaml",
        "prometheus/prometheus.yaml",
        "prometheus/rules.yaml",
        "prometheus/web.yaml",
    ]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert render(_stack(), ROOT) == _rendered(Settings())


def test_every_artifact_ends_with_one_line_end_and_has_no_trailing_space() -> None:
    for text in _rendered(Settings()).values():
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_a_variable_that_a_template_misses_is_refused_with_the_templates_name(
    templates: Path,
) -> None:
    (templates / "loki" / "config.yaml.j2").write_text("port: {{ settings.no_such }}\n", "utf-8")
    with pytest.raises(ArtifactRejected, match=r"no_such") as caught:
        render(_stack(), templates)
    assert caught.value.path == "loki/config.yaml.j2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: {{ settings.ports.loki.x.y }}\n", "line 2: "),
        ("a: 1\nb: {{ settings.ports.loki + 'x' }}\n", "line 2: unsupported operand"),
        ("a: {{ 1 // 0 }}\n", "line 1: "),
        ("\n\n{% include 'gone.j2' %}\n", "line 3: there is no template gone.j2"),
        ("a: {{ settings.ports | no_such }}\n", "line 1: No filter named 'no_such'"),
    ],
)
def test_a_template_that_fails_is_refused_with_name_line_and_reason(
    templates: Path, text: str, reason: str
) -> None:
    (templates / "loki" / "config.yaml.j2").write_text(text, "utf-8")
    with pytest.raises(ArtifactRejected) as caught:
        render(_stack(), templates)
    assert caught.value.path == "loki/config.yaml.j2"
    assert caught.value.reason.startswith(reason)


def test_a_template_that_is_no_text_is_refused(templates: Path) -> None:
    (templates / "loki" / "config.yaml.j2").write_bytes(b"a: caf\xe9\n")
    with pytest.raises(ArtifactRejected, match="can't decode byte 0xe9"):
        render(_stack(), templates)


def test_an_engine_without_its_template_is_refused(templates: Path) -> None:
    (templates / "loki" / "config.yaml.j2").unlink()
    with pytest.raises(ArtifactRejected) as caught:
        render(_stack(), templates)
    assert caught.value.path == "loki/config.yaml.j2"
    assert "there is no template loki/config.yaml.j2" in caught.value.reason


def test_a_template_that_does_not_parse_is_refused_with_its_line(templates: Path) -> None:
    (templates / "loki" / "config.yaml.j2").write_text("a: 1\nb: {% if %}\n", "utf-8")
    with pytest.raises(ArtifactRejected, match=r"line 2: ") as caught:
        render(_stack(), templates)
    assert caught.value.path == "loki/config.yaml.j2"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("loki/config.yaml", "a: [\n"),
        ("loki/config.yaml", "\n"),
        ("grafana/grafana.ini", "no section = 1\n"),
        ("grafana/dashboards/mine.json", "{,}\n"),
    ],
)
def test_a_result_that_does_not_parse_never_becomes_an_artifact(
    templates: Path, path: str, text: str
) -> None:
    (templates / f"{path}.j2").write_text(text, "utf-8")
    with pytest.raises(ArtifactRejected) as caught:
        render(_stack(), templates)
    assert caught.value.path == path


def test_ports_of_the_settings_reach_the_configs() -> None:
    artifacts = render(_stack(ports=Ports(loki_engine=23101, otlp_grpc=24317)), ROOT)
    loki = _read(artifacts["loki/config.yaml"])
    collector = _read(artifacts["collector/config.yaml"])
    assert loki["server"]["http_listen_port"] == 23101
    assert collector["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"] == "127.0.0.1:24317"
    assert "claude_otel_grpc_port=24317\n" in artifacts["client.sh"]


def test_nothing_is_summed_of_a_batch_that_did_not_get_past_lokis_queue() -> None:
    """A fan-out serves those who change what they get first, then those who only read it."""
    pipelines = _read(_collector())["service"]["pipelines"]
    changing, reading = pipelines["logs/normalise"]["exporters"]
    assert (changing, reading) == ("forward/loki", "signal_to_metrics/ledger")
    assert pipelines["logs/loki"] == {
        "receivers": ["forward/loki"],
        "processors": ["transform/own"],
        "exporters": ["otlp_http/loki"],
    }


def test_a_spool_batch_has_room_for_the_largest_request_so_that_none_is_split() -> None:
    config = _read(_collector())
    door = config["receivers"]["otlp"]["protocols"]
    batch = config["exporters"]["otlp_grpc/spool"]["sending_queue"]["batch"]
    most = door["http"]["max_request_body_size"]
    assert most == door["grpc"]["max_recv_msg_size_mib"] * 2**20
    assert batch["min_size"] + most <= batch["max_size"]


def test_session_series_can_be_switched_off() -> None:
    names = [amount.otel_name for amount in SESSION_AMOUNTS]
    kept, dropped = _collector(), _collector(session_series=False)
    assert [name for name in names if f"name: {name}\n" not in kept] == []
    assert "ledger.session_" not in dropped


def test_an_email_identity_is_kept() -> None:
    touched = ("SHA256", 'delete_key(log.attributes, "user.email")')
    statements = _statements(_collector())
    assert [each for each in statements if each.startswith(touched) or touched[0] in each] == []


def test_a_hashed_identity_mixes_in_the_secret_of_the_stack_but_not_its_text() -> None:
    (hashing,) = [each for each in _statements(_collector(identity="hash")) if "SHA256" in each]
    assert "${file:/srv/stack/secrets/identity}" in hashing


@pytest.mark.parametrize("identity", ["hash", "none"])
def test_what_names_a_person_is_deleted_unless_identity_is_email(identity: str) -> None:
    statements = _statements(_collector(identity=identity))
    wanted = [f'delete_key(log.attributes, "{name}")' for name in IDENTITY_ATTRIBUTES]
    assert [each for each in wanted if each not in statements] == []


def test_without_identity_everybody_is_anonymous() -> None:
    assert 'set(log.attributes["user"], "anonymous")' in _statements(_collector(identity="none"))


def test_content_is_deleted_unless_it_is_asked_for() -> None:
    deleting = [f'delete_key(log.attributes, "{name}")' for name in CONTENT_ATTRIBUTES]
    dropped, kept = _statements(_collector()), _statements(_collector(keep_content=True))
    assert [each for each in deleting if each not in dropped] == []
    assert [each for each in deleting if each in kept] == []


def test_grafana_is_scraped_only_where_there_is_one() -> None:
    def jobs(*, with_grafana: bool) -> list[str]:
        text = render(_stack(with_grafana=with_grafana), ROOT)["prometheus/prometheus.yaml"]
        return [each["job_name"] for each in _read(text)["scrape_configs"]]

    assert set(jobs(with_grafana=True)) - set(jobs(with_grafana=False)) == {"grafana"}


def test_what_is_told_of_a_plan_reaches_the_scrape_endpoint_and_no_total() -> None:
    pipelines = _read(_collector())["service"]["pipelines"]
    assert pipelines["metrics/limits"]["exporters"] == ["prometheus"]
    assert pipelines["metrics/counters"]["processors"][0] == "filter/ours"


def test_every_series_of_the_catalogue_passes_its_scrape_and_little_else() -> None:
    jobs = _read(_rendered(Settings())["prometheus/prometheus.yaml"])["scrape_configs"]
    (client,) = [job for job in jobs if job["job_name"] == "collector"]
    (kept,) = client["metric_relabel_configs"]
    assert (kept["action"], kept["source_labels"]) == ("keep", ["__name__"])
    names = [each.prometheus_name for each in COUNTERS] + [each.name for each in PLAN_LIMITS]
    assert [name for name in names if not re.fullmatch(kept["regex"], name)] == []
    assert not re.fullmatch(kept["regex"], "target_info")


def test_both_runtimes_get_the_same_files_and_the_same_boards() -> None:
    settings = Settings()
    docker = Stack(settings=settings, placement=docker_placement(), with_grafana=True, home=HOME)
    in_docker, native = render(docker, ROOT), _rendered(settings)
    assert list(in_docker) == list(native)
    board = "grafana/dashboards/overview.json"
    assert in_docker[board] == native[board]
    assert json.loads(native[board])["uid"]


@pytest.mark.parametrize("memory_mb", [256, 1024, 4096])
def test_the_collectors_garbage_is_collected_before_the_door_refuses_for_it(memory_mb: int) -> None:
    settings = Settings(collector=Collector(memory_mb=memory_mb))
    limiter = _read(_rendered(settings)["collector/config.yaml"])["processors"]["memory_limiter"]
    refuses_at = limiter["limit_mib"] - limiter["spike_limit_mib"]
    assert int(go_memory_limit("collector", settings).removesuffix("MiB")) < refuses_at
