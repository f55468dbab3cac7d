"""Do files arrive in the volumes with the right owner and mode?"""

from __future__ import annotations

import tarfile
from io import BytesIO

from provisioner import engines
from provisioner.placement import KEYED, STORING, docker_placement
from provisioner.runtime.docker_files import (
    OWNERS,
    file_archive,
    stack_archive,
    stale_folders,
)
from provisioner.runtime.model import Delivery

AT = docker_placement()
DELIVERY = Delivery(
    artifacts={
        "client.sh": "for the shell",
        "collector/config.yaml": "a: é\n",
        "grafana/dashboards/overview.json": "{}\n",
    },
    secrets={AT.identity_secret: "hush", **dict.fromkeys(AT.keys.values(), "key")},
)


def _members(archive: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        return {f"/{member.name}": member for member in tar}


def _text(archive: bytes, path: str) -> str:
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        file = tar.extractfile(path.lstrip("/"))
        assert file is not None
        return file.read().decode()


def test_configs_are_where_engines_read_them_and_readable_by_all() -> None:
    archive = stack_archive(AT, DELIVERY)
    config = _members(archive)["/etc/claude-otel/collector/config.yaml"]
    assert (config.uid, config.gid, config.mode) == (0, 0, 0o644)
    assert _text(archive, "/etc/claude-otel/collector/config.yaml") == "a: é\n"
    assert _text(archive, "/etc/claude-otel/grafana/dashboards/overview.json") == "{}\n"


def test_what_no_engine_reads_stays_outside() -> None:
    assert [path for path in _members(stack_archive(AT, DELIVERY)) if "client" in path] == []


def test_folders_come_before_their_files_and_can_be_entered() -> None:
    members = _members(stack_archive(AT, DELIVERY))
    folder = members["/etc/claude-otel/grafana/dashboards"]
    assert (folder.isdir(), folder.uid, folder.mode) == (True, 0, 0o755)
    order = list(members)
    file = "/etc/claude-otel/grafana/dashboards/overview.json"
    assert order.index("/etc/claude-otel/grafana/dashboards") < order.index(file)


def test_the_archive_touches_nothing_above_the_stacks_own_folders() -> None:
    members = _members(stack_archive(AT, DELIVERY))
    own = ("/etc/claude-otel", "/var/lib/claude-otel/")
    assert [path for path in members if not path.startswith(own)] == []


def test_each_engine_owns_its_data_folder_alone() -> None:
    members = _members(stack_archive(AT, DELIVERY))
    for engine in STORING:
        folder = members[AT.data[engine]]
        owner = OWNERS[engine]
        assert folder.isdir()
        assert (folder.uid, folder.gid, folder.mode) == (owner, owner, 0o750)


def test_secrets_can_be_read_by_the_collector_only() -> None:
    archive = stack_archive(AT, DELIVERY)
    secret = _members(archive)[AT.identity_secret]
    assert (secret.uid, secret.mode) == (OWNERS["collector"], 0o400)
    assert _text(archive, AT.identity_secret) == "hush"


def test_each_engine_reads_its_own_copy_of_the_key() -> None:
    members = _members(stack_archive(AT, DELIVERY))
    read = {engine: members[AT.keys[engine]] for engine in KEYED}
    assert {engine: (key.uid, key.mode) for engine, key in read.items()} == {
        engine: (OWNERS[engine], 0o400) for engine in KEYED
    }


def test_owners_are_the_users_of_the_images_that_we_build_too() -> None:
    layouts = {name: engine.image_layout for name, engine in engines.ENGINES.items()}
    built = {name: layout.uid for name, layout in layouts.items() if layout}
    assert built.items() <= OWNERS.items()


def test_the_same_delivery_is_the_same_bytes() -> None:
    assert stack_archive(AT, DELIVERY) == stack_archive(AT, DELIVERY)


def test_one_file_can_be_sent_alone() -> None:
    archive = file_archive("/tmp/config.yaml", "x")  # noqa: S108 - in a container
    ((path, member),) = _members(archive).items()
    assert (path, member.mode) == ("/tmp/config.yaml", 0o644)  # noqa: S108 - as above
    assert _text(archive, path) == "x"


def _held(*paths: str) -> bytes:
    """What the daemon gives of the folder of all configs."""
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in paths:
            entry = tarfile.TarInfo(f"claude-otel{path}")
            entry.type = tarfile.DIRTYPE if path.endswith("/") else tarfile.REGTYPE
            archive.addfile(entry)
    return buffer.getvalue()


def test_what_is_delivered_again_is_not_stale() -> None:
    held = _held("/", "/collector/", "/collector/config.yaml", "/secrets/identity")
    assert stale_folders(AT, DELIVERY, held) == []


def test_folders_with_files_that_are_no_longer_delivered_are_stale() -> None:
    held = _held(
        "/collector/config.yaml", "/grafana/dashboards/old.json", "/loki/a.yaml", "/loki/b.yaml"
    )
    found = stale_folders(AT, DELIVERY, held)
    assert found == ["/etc/claude-otel/grafana", "/etc/claude-otel/loki"]


def test_a_secret_that_is_no_longer_needed_is_stale() -> None:
    nothing_secret = Delivery(artifacts=DELIVERY.artifacts, secrets={})
    held = _held("/secrets/identity")
    assert stale_folders(AT, nothing_secret, held) == ["/etc/claude-otel/secrets"]


def test_a_stale_folder_is_replaced_before_its_files_are_written() -> None:
    folder = "etc/claude-otel/grafana"
    with tarfile.open(fileobj=BytesIO(stack_archive(AT, DELIVERY, [f"/{folder}"]))) as archive:
        members = archive.getmembers()
    assert [(each.name, each.isdir()) for each in members[:2]] == [(folder, False), (folder, True)]
    assert f"{folder}/dashboards/overview.json" in [each.name for each in members[2:]]
