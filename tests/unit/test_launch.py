"""Is each engine started with what it needs, and nothing that opens a door?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.launch import arguments, garbage_percent, go_memory_limit, memory_mb
from provisioner.placement import ENGINES, Placement, docker_placement, native_placement
from provisioner.settings import Grafana, Loki, Ports, Prometheus, Settings

MOVED = Settings(ports=Ports(grafana=23000, prometheus_engine=29091))
NATIVE = native_placement(MOVED, Path("/srv/stack"))


def test_prometheus_keeps_takes_and_listens_as_the_settings_say() -> None:
    settings = MOVED.model_copy(update={"prometheus": Prometheus(retention_days=30)})
    assert arguments("prometheus", settings, NATIVE) == (
        "--config.file=/srv/stack/config/prometheus/prometheus.yaml",
        "--storage.tsdb.path=/srv/stack/data/prometheus",
        "--storage.tsdb.retention.time=30d",
        "--web.listen-address=127.0.0.1:29091",
        "--web.config.file=/srv/stack/config/prometheus/web.yaml",
        "--web.cors.origin=http://(localhost|127[.]0[.]0[.]1):23000",
        "--web.enable-otlp-receiver",
    )


@pytest.mark.parametrize("at", [NATIVE, docker_placement()], ids=lambda at: at.runtime)
def test_prometheus_cannot_be_ended_or_emptied_over_http(at: Placement) -> None:
    joined = " ".join(arguments("prometheus", Settings(), at))
    assert "lifecycle" not in joined
    assert "admin" not in joined


def test_the_collector_and_loki_only_need_their_configs() -> None:
    at = docker_placement()
    assert arguments("collector", Settings(), at) == (
        "--config=/etc/claude-otel/collector/config.yaml",
    )
    assert arguments("loki", Settings(), at) == ("-config.file=/etc/claude-otel/loki/config.yaml",)


def test_the_gateway_is_told_what_its_config_is_written_in() -> None:
    assert arguments("gateway", Settings(), NATIVE) == (
        "run",
        "--config=/srv/stack/config/gateway/Caddyfile",
        "--adapter=caddyfile",
    )


def test_grafana_in_a_container_keeps_the_arguments_of_its_image() -> None:
    assert arguments("grafana", Settings(), docker_placement()) == ()


def test_grafana_on_this_machine_is_told_its_home_and_config() -> None:
    assert arguments("grafana", Settings(), NATIVE, "/opt/grafana") == (
        "server",
        "--homepath=/opt/grafana",
        "--config=/srv/stack/config/grafana/grafana.ini",
    )


def test_go_aims_a_tenth_below_the_memory_limit() -> None:
    assert go_memory_limit("loki", Settings(loki=Loki(memory_mb=1000))) == "900MiB"


def test_every_engine_has_a_memory_limit_of_its_own() -> None:
    settings = Settings(loki=Loki(memory_mb=100), grafana=Grafana(memory_mb=101))
    assert {engine: memory_mb(engine, settings) for engine in ENGINES} == {
        "loki": 100,
        "prometheus": 2048,
        "collector": 1024,
        "gateway": 256,
        "grafana": 101,
    }


def test_only_the_collector_collects_garbage_less_often_than_go_would() -> None:
    assert {engine: garbage_percent(engine) for engine in ENGINES} == {
        "loki": 100,
        "prometheus": 100,
        "collector": 200,
        "gateway": 100,
        "grafana": 100,
    }
