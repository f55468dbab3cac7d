"""Do processes of this machine start, stop, and keep to their folder? Scripts stand for engines."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.errors import ArtifactRejected, CommandFailed, EngineUnavailable
from provisioner.files import read_tree
from provisioner.placement import STORING
from provisioner.runtime.model import DataFile, Delivery, Holding, Source
from provisioner.runtime.native import NativeRuntime
from provisioner.runtime.supervisord import INHERITED, Supervisord
from provisioner.settings import Grafana, Settings
from tests.ports import free_ports

# Notes each start and each signal, and ends when it is asked to.
SCRIPT = """#!/bin/sh
echo start >> {notes}
trap 'echo reload >> {notes}' HUP
trap 'echo stop >> {notes}; exit 0' TERM
while true; do sleep 0.05; done
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@pytest.fixture
def native(tmp_path: Path) -> Iterator[NativeRuntime]:
    runtime = NativeRuntime(settings=Settings(), home=tmp_path / "home")
    yield runtime
    runtime.stop(lambda _: None)


def _program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def loki(tmp_path: Path, notes: Path) -> Source:
    binary = _program(tmp_path / "loki", SCRIPT.format(notes=notes))
    return Source(engine="loki", reference=str(binary), identity="1", origin="a script")


def _eventually(look: Callable[[], object], expected: object) -> None:
    deadline = time.monotonic() + 10
    while (seen := look()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen == expected


def _noted(notes: Path) -> list[str]:
    return notes.read_text(encoding="utf-8").split() if notes.exists() else []


def test_an_engine_lives_under_supervision_from_start_to_stop(
    native: NativeRuntime, loki: Source, notes: Path
) -> None:
    native.deliver(Delivery(artifacts={}, secrets={}), {})
    native.start(["loki"], {"loki": loki})
    _eventually(lambda: _noted(notes), ["start"])
    assert native.states()["loki"].is_running
    assert (native.memory_bytes("loki") or 0) > 100_000
    native.reload("loki")
    _eventually(lambda: _noted(notes), ["start", "reload"])
    native.restart("loki")
    _eventually(lambda: _noted(notes), ["start", "reload", "stop", "start"])
    told: list[str] = []
    native.stop(told.append)
    assert told == ["stopping loki"]
    assert native.states() == {}


def test_a_halted_engine_is_resumed_even_when_nobody_waited_for_its_end(
    native: NativeRuntime, loki: Source, notes: Path
) -> None:
    native.deliver(Delivery(artifacts={}, secrets={}), {})
    native.start(["loki"], {"loki": loki})
    _eventually(lambda: _noted(notes), ["start"])
    native.halt("loki")
    assert not native.states()["loki"].is_running
    native.resume("loki")
    _eventually(lambda: _noted(notes), ["start", "stop", "start"])
    # As an interrupted halt leaves it: told to stop, and nobody waits.
    with native._supervisord._rpc() as rpc:  # noqa: SLF001 - it always waits itself
        rpc.stopProcess("loki", False)  # noqa: FBT003 - its API has no names
    native.resume("loki")
    _eventually(lambda: _noted(notes), ["start", "stop", "start", "stop", "start"])


def test_data_is_read_and_written_where_engines_keep_it(native: NativeRuntime) -> None:
    native.deliver(Delivery(artifacts={}, secrets={}), {})
    file = DataFile(path="wal/0", size=3, content=io.BytesIO(b"one"))
    native.write_data("loki", [file], {})
    assert (native.home / "data" / "loki" / "wal" / "0").read_bytes() == b"one"
    assert [(each.path, each.size) for each in native.read_data("loki")] == [
        ("wal", 0),
        ("wal/0", 3),
    ]
    assert (native.free_bytes() or 0) > 0


def test_engines_start_once_each_and_one_that_is_removed_is_forgotten(
    native: NativeRuntime, loki: Source, notes: Path
) -> None:
    sources = {"loki": loki, "prometheus": replace(loki, engine="prometheus")}
    native.deliver(Delivery(artifacts={}, secrets={}), {})
    native.start(["loki"], sources)
    assert list(native.states()) == ["loki"]
    native.start(["prometheus"], sources)
    _eventually(lambda: _noted(notes), ["start", "start"])
    native.remove("prometheus")
    assert list(native.states()) == ["loki"]
    # It is not asked to stop: killed, it answers no request whose samples it then drops.
    assert _noted(notes) == ["start", "start"]
    native.remove("loki")
    assert _noted(notes) == ["start", "start", "stop"]


def test_an_engine_is_started_again_for_another_binary_behind_the_same_path(
    native: NativeRuntime, loki: Source, notes: Path
) -> None:
    native.deliver(Delivery(artifacts={}, secrets={}), {})
    native.start(["loki"], {"loki": loki})
    _eventually(lambda: _noted(notes), ["start"])
    native.start(["loki"], {"loki": loki})
    _eventually(lambda: _noted(notes), ["start", "stop", "start"])


def test_an_engine_gets_nothing_of_the_shell_but_what_it_needs(
    native: NativeRuntime, tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "OTEL_EXPORTER_OTLP_ENDPOINT", "GOGC"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    binary = _program(tmp_path / "loki", f"#!/bin/sh\nenv >> {notes}\nexec sleep 600\n")
    source = Source(engine="loki", reference=str(binary), identity="1", origin="a script")
    native.deliver(Delivery(artifacts={}, secrets={}), {})
    native.start(["loki"], {"loki": source})
    _eventually(lambda: "GOMEMLIMIT=" in "".join(_noted(notes)), expected=True)
    seen = dict(line.split("=", 1) for line in notes.read_text("utf-8").splitlines())
    assert (seen["GOGC"], seen["TZ"]) == ("100", "Europe/Berlin")
    own = {"GOGC", "GOMEMLIMIT", "PWD", "OLDPWD", "SHLVL", "_"}
    assert {name for name in seen if not name.startswith("SUPERVISOR_")} <= own | {*INHERITED}


def test_the_ports_of_an_engine_are_those_on_which_it_listens(
    native: NativeRuntime, tmp_path: Path
) -> None:
    port = next(free_ports())
    listen = f"import socket, time; held = socket.create_server(('127.0.0.1', {port})); "
    script = f'#!/bin/sh\nexec "{sys.executable}" -c "{listen} time.sleep(600)"\n'
    binary = _program(tmp_path / "loki", script)
    source = Source(engine="loki", reference=str(binary), identity="1", origin="a script")
    assert native.ports("loki") == frozenset()
    native.deliver(Delivery(artifacts={}, secrets={}), {})
    native.start(["loki"], {"loki": source})
    _eventually(lambda: native.ports("loki"), {port})
    native.stop(lambda _: None)
    assert native.ports("loki") == frozenset()


@pytest.fixture
def orphaned(native: NativeRuntime, loki: Source, notes: Path) -> NativeRuntime:
    """A runtime whose supervisord was killed, so that its engine goes on alone."""
    native.deliver(Delivery(artifacts={}, secrets={}), {})
    native.start(["loki"], {"loki": loki})
    _eventually(lambda: _noted(notes), ["start"])
    supervisord = Supervisord(home=native.home)
    os.kill(supervisord.pid() or 0, signal.SIGKILL)
    _eventually(supervisord.is_running, expected=False)
    return native


def test_an_engine_without_its_supervisor_is_seen(orphaned: NativeRuntime) -> None:
    loki = orphaned.states()["loki"]
    assert (loki.is_running, loki.is_orphan) == (True, True)
    assert "without its supervisor (process " in loki.detail
    assert (orphaned.memory_bytes("loki") or 0) > 100_000


def test_an_engine_without_its_supervisor_is_stopped(orphaned: NativeRuntime, notes: Path) -> None:
    told: list[str] = []
    orphaned.stop(told.append)
    assert len(told) == 1
    assert told[0].startswith("stopping loki (process ")
    assert _noted(notes) == ["start", "stop"]
    assert orphaned.states() == {}


def test_an_engine_without_its_supervisor_can_be_removed_alone(
    orphaned: NativeRuntime, notes: Path
) -> None:
    orphaned.remove("loki")
    assert _noted(notes) == ["start", "stop"]


def test_a_start_takes_over_an_engine_without_its_supervisor(
    orphaned: NativeRuntime, loki: Source, notes: Path
) -> None:
    orphaned.start(["loki"], {"loki": loki})
    _eventually(lambda: _noted(notes), ["start", "stop", "start"])
    assert orphaned.states()["loki"].is_running
    assert not orphaned.states()["loki"].is_orphan


def test_a_home_where_nothing_can_be_started_is_told(native: NativeRuntime, loki: Source) -> None:
    # Nothing was delivered, so there is no folder for logs.
    with pytest.raises(CommandFailed, match="log"):
        native.start(["loki"], {"loki": loki})


def test_a_delivery_brings_configs_and_secrets_and_takes_away_what_is_stale(
    native: NativeRuntime,
) -> None:
    secret = str(native.home / "secrets" / "identity")
    artifacts = {"loki/config.yaml": "a", "loki/old.yaml": "b", "client.sh": "c"}
    native.deliver(Delivery(artifacts=artifacts, secrets={secret: "s"}), {})
    native.deliver(Delivery(artifacts={"loki/config.yaml": "a"}, secrets={secret: "s"}), {})
    assert read_tree(native.home) == {"config/loki/config.yaml": "a", "secrets/identity": "s"}
    assert Path(secret).stat().st_mode & 0o777 == 0o600
    modes = {(native.home / "data" / name).stat().st_mode & 0o777 for name in STORING}
    assert modes == {0o700}


def test_holdings_are_the_folders_that_are_there_and_delete_takes_only_those(
    native: NativeRuntime,
) -> None:
    assert native.holdings() == []
    native.deliver(Delivery(artifacts={"loki/config.yaml": "a"}, secrets={}), {})
    mine = native.home / "mine"
    mine.write_text("kept", encoding="utf-8")
    assert native.holdings() == [
        Holding(kind="directory", name=str(native.home / name))
        for name in ("config", "data", "log")
    ]
    native.delete()
    assert native.holdings() == []
    assert list(native.home.iterdir()) == [mine]


def test_a_config_is_checked_by_its_engine(native: NativeRuntime, tmp_path: Path) -> None:
    binary = _program(
        tmp_path / "loki", '#!/bin/sh\ngrep -q good "${2#*=}" || { echo bad; exit 1; }'
    )
    source = Source(engine="loki", reference=str(binary), identity="", origin="")
    native.validate("loki", source, {"loki/config.yaml": "good: 1\n"})
    with pytest.raises(ArtifactRejected, match="loki says: bad"):
        native.validate("loki", source, {"loki/config.yaml": "evil: 1\n"})


def test_prometheus_is_checked_by_the_promtool_beside_it(
    native: NativeRuntime, tmp_path: Path
) -> None:
    _program(tmp_path / "promtool", '#!/bin/sh\n[ "$1 $2" = "check config" ]')
    native.validate("prometheus", _prometheus(tmp_path), {"prometheus/prometheus.yaml": "x"})


def test_a_config_is_checked_together_with_the_files_that_it_names(
    native: NativeRuntime, tmp_path: Path
) -> None:
    _program(tmp_path / "promtool", '#!/bin/sh\ncat "$(dirname "$3")/rules.yaml"; exit 1')
    files = {"prometheus/prometheus.yaml": "x", "prometheus/rules.yaml": "no rule"}
    with pytest.raises(ArtifactRejected, match="prometheus says: no rule"):
        native.validate("prometheus", _prometheus(tmp_path), files)


def _prometheus(folder: Path) -> Source:
    reference = str(folder / "prometheus")
    return Source(engine="prometheus", reference=reference, identity="", origin="")


def test_grafana_has_no_check_of_its_own(native: NativeRuntime) -> None:
    source = Source(engine="grafana", reference="/nowhere", identity="", origin="")
    native.validate("grafana", source, {})


def test_grafana_is_found_where_the_settings_say(tmp_path: Path) -> None:
    home = tmp_path / "grafana"
    binary = _program(home / "bin" / "grafana", "#!/bin/sh\n")
    (home / "public").mkdir()
    (home / "conf").mkdir()
    (home / "conf" / "defaults.ini").touch()
    settings = Settings(grafana=Grafana(home=home))
    found = NativeRuntime(settings=settings, home=tmp_path).locate("grafana")
    assert found is not None
    assert (found.reference, found.home) == (str(binary), str(home))
    assert found.origin == f"installed in {home}"


def test_a_grafana_home_without_grafana_is_told(tmp_path: Path) -> None:
    settings = Settings(grafana=Grafana(home=tmp_path))
    with pytest.raises(EngineUnavailable, match="GRAFANA_HOME"):
        NativeRuntime(settings=settings, home=tmp_path).locate("grafana")


def test_an_engine_built_earlier_is_located_with_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_OTEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    native = NativeRuntime(settings=Settings(), home=tmp_path)
    assert native.locate("loki") is None
    _program(tmp_path / "loki", '#!/bin/sh\necho "loki, version 3.7.8"\n')
    found = native.locate("loki")
    assert found is not None
    assert (found.reference, found.origin) == (
        str(tmp_path / "loki"),
        "version 3.7.8, found on PATH",
    )
    assert native.obtain("loki", print) == found


def test_another_binary_at_the_same_place_has_another_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_OTEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    native = NativeRuntime(settings=Settings(), home=tmp_path)
    identities = set()
    for comment in ("", "# rebuilt\n"):
        _program(tmp_path / "loki", f'#!/bin/sh\necho "loki, version 3.7.8"\n{comment}')
        found = native.locate("loki")
        assert found is not None
        identities.add(found.identity)
    assert len(identities) == 2
