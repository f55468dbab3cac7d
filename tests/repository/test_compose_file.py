"""Does every service have limits, a way to stop, and ports on the loopback only?"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from provisioner.launch import stop_signal
from provisioner.placement import ENGINES, LISTENERS, docker_placement
from provisioner.settings import Settings
from tests.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

WITHOUT_HEALTH_CHECK = {
    "collector": "its image has neither a shell nor a health command",
    "gateway": "its program has no health command, and an image of ours no shell",
}

CAPABILITIES = {
    # Upstream's program bears it; without, the kernel refuses to start that.
    "gateway": ["NET_BIND_SERVICE"],
}

each_engine = pytest.mark.parametrize("engine", ENGINES)


def test_services_are_the_engines_and_one_that_never_runs() -> None:
    assert set(SERVICES) == {*ENGINES, "files"}


@each_engine
def test_an_engine_is_limited_restarted_and_has_time_to_stop(engine: str) -> None:
    service = SERVICES[engine]
    assert service["mem_limit"] == f"${{{engine.upper()}_MEMORY:?}}"
    assert service["restart"] == "unless-stopped"
    is_killed = stop_signal(engine) == "KILL"
    assert service.get("stop_signal") == ("SIGKILL" if is_killed else None)
    assert is_killed or re.fullmatch(r"\d+s", service["stop_grace_period"])


@each_engine
def test_an_engine_writes_only_to_its_own_folder(engine: str) -> None:
    service = SERVICES[engine]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == CAPABILITIES.get(engine, [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    data = docker_placement().data
    own = [f"{engine}-data:{data[engine]}"] if engine in data else []
    assert service["volumes"] == ["config:/etc/claude-otel:ro", *own]


@each_engine
def test_ports_are_on_the_loopback_and_are_those_of_the_placement(engine: str) -> None:
    expected = {
        f"127.0.0.1:${{{each.name.upper()}_PORT:?}}:{each.container_port}"
        for each in LISTENERS
        if each.engine == engine and each.published
    }
    assert set(SERVICES[engine]["ports"]) == expected


@each_engine
def test_an_engine_has_a_health_check_or_a_reason_why_not(engine: str) -> None:
    has_one = SERVICES[engine].get("healthcheck", {}).get("test", [""])[0] == "CMD"
    assert has_one is not (engine in WITHOUT_HEALTH_CHECK)


def test_the_service_that_never_runs_has_no_network_and_every_volume() -> None:
    files = SERVICES["files"]
    assert files["network_mode"] == "none"
    assert files["profiles"] == ["files"]
    assert {each.partition(":")[0] for each in files["volumes"]} == set(COMPOSE["volumes"])


def test_nothing_is_mounted_from_this_machine() -> None:
    mounts = {
        each.partition(":")[0] for service in SERVICES.values() for each in service["volumes"]
    }
    assert mounts == set(COMPOSE["volumes"])


def test_images_and_names_come_from_the_settings() -> None:
    images = {service["image"].partition(":?")[0] for service in SERVICES.values()}
    assert images == {f"${{{engine.upper()}_IMAGE" for engine in ENGINES}
    assert "container_name" not in str(COMPOSE)
    assert set(COMPOSE) == {"services", "volumes"}


def test_only_grafana_and_the_files_are_optional() -> None:
    optional = {name for name, service in SERVICES.items() if "profiles" in service}
    assert optional == {"files", "grafana"}


def test_an_engine_starts_after_those_that_it_sends_to() -> None:
    assert SERVICES["collector"]["depends_on"] == ["loki", "prometheus"]
    assert SERVICES["grafana"]["depends_on"] == ["gateway"]
    assert SERVICES["gateway"]["depends_on"] == ["loki", "prometheus", "collector"]


def test_stop_grace_is_long_enough_for_what_loki_takes() -> None:
    loki = (ROOT / "loki" / "config.yaml.j2").read_text(encoding="utf-8")
    (takes,) = re.findall(r"graceful_shutdown_timeout: (\d+)s", loki)
    assert int(SERVICES["loki"]["stop_grace_period"].removesuffix("s")) > int(takes)


def test_defaults_have_more_memory_than_the_engines_need_when_idle() -> None:
    settings = Settings()
    assert settings.collector.memory_mb > 80
    assert settings.prometheus.memory_mb > 100
    assert settings.loki.memory_mb > 250
