"""How does supervisord run the engines, and how do we talk to it?"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from provisioner.errors import CommandFailed

START_SECONDS = 20.0
STOP_SECONDS = 120.0
LONGEST_SOCKET_PATH = 100
INHERITED = (
    *("PATH", "HOME", "USER", "TMPDIR", "LANG", "LC_ALL", "TZ"),
    *("PYTHONPATH", "LD_LIBRARY_PATH"),  # supervisord may need them to be found and to start
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One engine as a supervised process; lower priorities start first and stop last."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    priority: int
    stop_seconds: int = 60
    stop_signal: str = "TERM"


def bare_environment() -> dict[str, str]:
    """What engines get of this shell's environment: no secrets, proxies, or OTEL_* of a client."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def supervisord_config(home: Path, programs: Iterable[Program]) -> str:
    """The configuration file that supervisord is started with."""
    here = _expandable(str(home))
    head = f"""\
[unix_http_server]
file={_expandable(str(socket_path(home)))}
chmod=0600

[supervisord]
logfile={here}/log/supervisord.log
pidfile={here}/supervisord.pid
directory={here}
umask=077

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return "\n".join([head, *(_program_section(home, program) for program in programs)])


def socket_path(home: Path) -> Path:
    """The control socket: beside the data, or under the temporary directory if that is too long."""
    path = home / "supervisor.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"claude-otel-{os.getuid()}-{digest}.sock"


def _program_section(home: Path, program: Program) -> str:
    log = _expandable(_expandable(f"{home}/log/{program.name}.log"))  # this one it expands twice
    variables = program.environment.items()
    environment = ",".join(f"{name}={_quoted(value)}" for name, value in variables)
    command = " ".join(_quoted(part) for part in program.command)
    return f"""\
[program:{program.name}]
command={command}
environment={environment}
priority={program.priority}
autorestart=true
startsecs=2
startretries=20
stopsignal={program.stop_signal}
stopwaitsecs={program.stop_seconds}
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""


def _quoted(part: str) -> str:
    # supervisord splits like a shell.
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_expandable(escaped)}"'


def _expandable(text: str) -> str:
    # supervisord expands %(…)s everywhere.
    return text.replace("%", "%%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisord:
    """The supervisord of one stack, running or not."""

    home: Path

    @property
    def config_path(self) -> Path:
        return self.home / "supervisord.conf"

    def is_running(self) -> bool:
        """Whether it answers on its socket."""
        return self.pid() is not None

    def pid(self) -> int | None:
        """Its process, by its own word; None when it does not answer on its socket."""
        try:
            with self._rpc() as rpc:
                return int(rpc.getPID())
        except (OSError, xmlrpc.client.Error):
            return None

    def processes(self) -> list[dict[str, Any]]:
        """Each process in supervisord's own words; empty when it does not run."""
        try:
            with self._rpc() as rpc:
                found: list[dict[str, Any]] = rpc.getAllProcessInfo()
        except (OSError, xmlrpc.client.Error):
            return []
        return found

    def launch(self) -> None:
        """Start supervisord in the background, out of reach of this shell's end."""
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self.config_path)]
        done = subprocess.run(
            command,
            cwd=self.home,
            env=bare_environment(),
            capture_output=True,
            text=True,
            check=False,
            close_fds=True,
        )
        if done.returncode != 0:
            raise CommandFailed(command, done.returncode, done.stderr or done.stdout)
        if not wait_until(self.is_running, START_SECONDS):
            raise CommandFailed(command, 0, f"no answer on its socket within {START_SECONDS} s")

    def update(self) -> frozenset[str]:
        """Follow a changed configuration file; returns the processes that were started anew."""
        with self._rpc() as rpc:
            added, changed, removed = rpc.reloadConfig()[0]
            for name in (*changed, *removed):
                rpc.stopProcessGroup(name)
                rpc.removeProcessGroup(name)
            for name in (*added, *changed):
                rpc.addProcessGroup(name)
        return frozenset({*added, *changed})

    def start(self, name: str) -> None:
        """Start a process that does not run."""
        try:
            with self._rpc() as rpc:
                rpc.startProcess(name, False)  # noqa: FBT003 - its API has no names
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.ALREADY_STARTED:
                raise _failed("start", name, fault) from fault

    def stop(self, name: str) -> None:
        """Stop a process and wait until it has ended."""
        try:
            with self._rpc() as rpc:
                rpc.stopProcess(name)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.NOT_RUNNING:
                raise _failed("stop", name, fault) from fault

    def finish_stop(self, name: str) -> None:
        """Wait for the end of a stop that nobody waits for any more; else it could not start."""
        wait_until(
            lambda: all(
                each["statename"] != "STOPPING" for each in self.processes() if each["name"] == name
            ),
            STOP_SECONDS,
        )

    def remove(self, name: str) -> None:
        """Stop a process and forget it, until the configuration file names it again."""
        self.stop(name)
        with self._rpc() as rpc:
            rpc.removeProcessGroup(name)

    def signal(self, name: str, signal_name: str) -> None:
        """Send a signal to a process."""
        with self._rpc() as rpc:
            rpc.signalProcess(name, signal_name)

    def shutdown(self) -> None:
        """End supervisord; waits until it no longer answers."""
        with self._rpc() as rpc:
            rpc.shutdown()
        wait_until(lambda: not self.is_running(), STOP_SECONDS)

    @contextmanager
    def _rpc(self) -> Iterator[Any]:
        transport = SupervisorTransport(None, None, f"unix://{socket_path(self.home)}")
        with closing(transport):
            yield xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor


def _failed(verb: str, name: str, fault: xmlrpc.client.Fault) -> CommandFailed:
    return CommandFailed(["supervisord", verb, name], fault.faultCode, fault.faultString)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False
