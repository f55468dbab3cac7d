"""Do engines listen only where they should, and find one another?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.placement import (
    ENGINES,
    LISTENERS,
    STORING,
    docker_placement,
    engine_of,
    native_placement,
    secret_paths,
)
from provisioner.settings import Ports, Settings

HOME = Path("/srv/the stack")


def test_every_port_of_the_settings_has_a_listener_and_the_other_way_round() -> None:
    assert {each.name for each in LISTENERS} == set(Ports.model_fields)


def test_every_listener_belongs_to_an_engine() -> None:
    assert {each.engine for each in LISTENERS} == set(ENGINES)


def test_native_engines_listen_on_the_loopback_at_the_ports_of_the_settings() -> None:
    at = native_placement(Settings(ports=Ports(loki=23100)), HOME)
    assert at.listen["loki"] == "127.0.0.1:23100"
    assert {address.rpartition(":")[0] for address in at.listen.values()} == {"127.0.0.1"}
    assert at.reach == at.listen


def test_containers_reach_one_another_by_name_and_themselves_by_the_loopback() -> None:
    at = docker_placement()
    assert at.reach["loki_engine"] == "loki:3100"
    assert at.reach["loki"] == "gateway:3100"
    assert at.reach["spool"] == "127.0.0.1:14319"


def test_what_is_internal_to_a_container_listens_on_its_loopback_only() -> None:
    at = docker_placement()
    inside = {name for name, address in at.listen.items() if address.startswith("127.0.0.1:")}
    assert inside == {"spool", "loki_grpc"}


def test_no_two_listeners_of_one_container_share_a_port() -> None:
    for engine in ENGINES:
        ports = [each.container_port for each in LISTENERS if each.engine == engine]
        assert len(set(ports)) == len(ports)


def test_native_configs_data_and_secrets_are_below_home() -> None:
    at = native_placement(Settings(), HOME)
    places = [*at.config.values(), *at.data.values(), *secret_paths(at)]
    assert [place for place in places if not place.startswith(f"{HOME}/")] == []


def test_each_engine_has_folders_of_its_own() -> None:
    for at in (docker_placement(), native_placement(Settings(), HOME)):
        folders = [*at.config.values(), *at.data.values()]
        assert len(set(folders)) == len(ENGINES) + len(STORING)


@pytest.mark.parametrize(
    ("path", "engine"),
    [("loki/config.yaml", "loki"), ("grafana/a/b.json", "grafana"), ("client.sh", "")],
)
def test_the_first_folder_of_a_path_is_its_engine(path: str, engine: str) -> None:
    assert engine_of(path) == engine
