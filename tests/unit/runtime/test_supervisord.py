"""Does supervisord read what we write for it, whatever is in a path?"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from provisioner.runtime.supervisord import (
    LONGEST_SOCKET_PATH,
    Program,
    Supervisord,
    socket_path,
    supervisord_config,
)

COMMAND = ("/opt/50% of it/loki", "-config.file=/a b/%(x)s", 'quo"ted', "back\\slash", "it's")
LOKI = Program(name="loki", command=COMMAND, environment={"GOMEMLIMIT": "9 % MiB"}, priority=3)


def _read_by_supervisord(home: Path) -> ServerOptions:
    (home / "log").mkdir(parents=True)
    config = home / "supervisord.conf"
    config.write_text(supervisord_config(home, [LOKI]), encoding="utf-8")
    options = ServerOptions()
    options.realize(["-c", str(config)])
    return options


@pytest.mark.parametrize("folder", ["plain", "with space", "50% off", "%(ENV_HOME)s"])
def test_any_home_arrives_as_it_is(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    options = _read_by_supervisord(home)
    (group,) = options.process_group_configs
    (process,) = group.process_configs
    assert options.logfile == f"{home}/log/supervisord.log"
    assert options.pidfile == f"{home}/supervisord.pid"
    assert options.directory == str(home)
    assert process.stdout_logfile == f"{home}/log/loki.log"


def test_any_command_arrives_as_it_is(tmp_path: Path) -> None:
    (group,) = _read_by_supervisord(tmp_path / "home").process_group_configs
    (process,) = group.process_configs
    assert tuple(shlex.split(process.command)) == COMMAND
    assert process.environment == {"GOMEMLIMIT": "9 % MiB"}
    assert (process.name, process.priority) == ("loki", 3)


def test_programs_are_restarted_and_have_time_to_flush(tmp_path: Path) -> None:
    (group,) = _read_by_supervisord(tmp_path / "home").process_group_configs
    (process,) = group.process_configs
    assert process.autorestart
    assert process.stopwaitsecs == 60


def test_only_the_owner_may_talk_to_it(tmp_path: Path) -> None:
    text = supervisord_config(tmp_path, [])
    assert "chmod=0600\n" in text
    assert "umask=077\n" in text
    assert "inet_http_server" not in text


def test_the_socket_is_beside_the_data() -> None:
    home = Path("/srv/stack")
    assert socket_path(home) == home / "supervisor.sock"


def test_a_socket_path_that_is_too_long_falls_back_to_one_of_this_user_and_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path)[:40])
    long = [Path("/srv") / ("x" * LONGEST_SOCKET_PATH) / name for name in ("one", "two")]
    one, two = (socket_path(home) for home in long)
    assert len(str(one)) <= LONGEST_SOCKET_PATH
    assert one.name.startswith(f"claude-otel-{os.getuid()}-")
    assert one != two
    assert one == socket_path(long[0])


def test_one_that_was_never_started_does_not_run_and_has_no_processes(tmp_path: Path) -> None:
    supervisord = Supervisord(home=tmp_path)
    assert not supervisord.is_running()
    assert supervisord.processes() == []
