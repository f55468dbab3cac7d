"""How are engines killed, taken away, and brought back? By what the provisioner knows of them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import docker
import psutil
from docker.models.containers import Container

from provisioner.runtime.choose import open_runtime
from provisioner.runtime.model import Runtime
from provisioner.runtime.supervisord import Supervisord
from provisioner.workspace import open_workspace
from tests.stack.stacks import TestStack

BACK_SECONDS = 60.0


def processes(stack: TestStack) -> dict[str, int]:
    """The process of each running engine."""
    found = _containers(stack) if stack.runtime == "docker" else _programs(stack)
    return {name: pid for name, pid in found.items() if pid and psutil.pid_exists(pid)}


def kill(stack: TestStack, *engines: str) -> float:
    """End engines at once; gives the moment, when others run in their place."""
    before = processes(stack)
    for engine in engines:
        os.kill(before[engine], signal.SIGKILL)
    at = time.time()
    wait_until(lambda: all(_is_new(stack, each, before[each]) for each in engines))
    return at


def kill_everything(stack: TestStack) -> float:
    """The machine stops; under Docker the daemon is still there to start containers again."""
    supervisord = Supervisord(home=stack.home).pid()
    for pid in (*([supervisord] if supervisord else []), *processes(stack).values()):
        os.kill(pid, signal.SIGKILL)
    return time.time()


@contextmanager
def away(stack: TestStack, *engines: str) -> Iterator[None]:
    """Engines are stopped until the block ends."""
    for engine in engines:
        _stop(stack, engine)
    try:
        yield
    finally:
        for engine in engines:
            _start(stack, engine)
        wait_until(lambda: processes(stack).keys() >= {*engines})


@contextmanager
def asleep(stack: TestStack, *engines: str) -> Iterator[None]:
    """Engines take connections, and answer nobody, until the block ends."""
    pids = [processes(stack)[engine] for engine in engines]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def runtime_of(stack: TestStack) -> Runtime:
    """The runtime that runs the stack."""
    return open_runtime(open_workspace(stack.environment), _nobody)


def wait_until(condition: Callable[[], bool], seconds: float = BACK_SECONDS) -> None:
    """Wait for a condition; fails when it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        time.sleep(0.1)


def _nobody(_: str) -> None:
    """Nobody is told."""


def _is_new(stack: TestStack, engine: str, former: int) -> bool:
    return processes(stack).get(engine, former) != former


def _programs(stack: TestStack) -> dict[str, int]:
    return {
        str(each["name"]): int(each["pid"]) for each in Supervisord(home=stack.home).processes()
    }


def _containers(stack: TestStack) -> dict[str, int]:
    with closing(docker.from_env()) as client:
        return {
            name: int(each.attrs["State"]["Pid"]) for name, each in _found(client, stack).items()
        }


def _stop(stack: TestStack, engine: str) -> None:
    if stack.runtime == "native":
        Supervisord(home=stack.home).stop(engine)
        return
    with closing(docker.from_env()) as client:
        _found(client, stack)[engine].stop()


def _start(stack: TestStack, engine: str) -> None:
    if stack.runtime == "native":
        Supervisord(home=stack.home).start(engine)
        return
    with closing(docker.from_env()) as client:
        _found(client, stack)[engine].start()


def _found(client: docker.DockerClient, stack: TestStack) -> dict[str, Container]:
    """The stack's containers, running or not, by the engine they run."""
    label = f"com.docker.compose.project={stack.settings.project}"
    found = client.containers.list(all=True, filters={"label": label})
    return {each.labels["com.docker.compose.service"]: each for each in found}
