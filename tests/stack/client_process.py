"""A running client: told things, listened to, and stopped when its time is up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.stack.client_install import ClientError, find_or_install_client

TERMINATION_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Where and how a client is started; `environment` is all of its environment."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    cwd: Path
    timeout_seconds: float


@contextmanager
def running(launch: Launch) -> Iterator[ClientProcess]:
    """The client is gone, with its process group, when the block ends."""
    # A file, not a pipe: nobody reads it meanwhile, and a full pipe would stop the client.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as stderr_file:
        process = subprocess.Popen(
            [find_or_install_client(), *launch.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr_file,
            cwd=launch.cwd,
            env=launch.environment,
            text=True,
            start_new_session=True,
        )
        client = ClientProcess(process, stderr_file, launch.timeout_seconds)
        try:
            yield client
        finally:
            client.stop()


class ClientProcess:
    def __init__(
        self, process: subprocess.Popen[str], stderr_file: IO[str], timeout_seconds: float
    ) -> None:
        self._process = process
        self._stderr_file = stderr_file
        self._timeout_seconds = timeout_seconds
        self._timed_out = threading.Event()
        self._watchdog = threading.Timer(timeout_seconds, self._expire)
        self._watchdog.start()

    def ask(self, text: str) -> Mapping[str, Any]:
        """Send a prompt and wait for the result that ends its answer."""
        assert self._process.stdin is not None
        message = {"role": "user", "content": text}
        # A client that is gone shows below, by the end of its output.
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"type": "user", "message": message}) + "\n")
            self._process.stdin.flush()
        return self._next_result()

    def finish(self) -> str:
        """Say that nothing more will come, and wait for the rest of the output."""
        stdout, _ = self._process.communicate()
        self._watchdog.cancel()
        if self._timed_out.is_set():
            raise self.error("the client did not finish")
        return stdout

    def stop(self) -> None:
        self._watchdog.cancel()
        self._kill()
        self._process.communicate()

    @property
    def exit_code(self) -> int:
        return self._process.wait()

    @property
    def stderr(self) -> str:
        self._stderr_file.seek(0)
        return self._stderr_file.read()

    def error(self, what: str) -> ClientError:
        limit = f" within {self._timeout_seconds:g} s" if self._timed_out.is_set() else ""
        return ClientError(what + limit, stderr=self.stderr)

    def _next_result(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            record: dict[str, Any] = json.loads(line)
            if record["type"] == "result":
                return record
        raise self.error("the client gave no result")

    def _expire(self) -> None:
        self._timed_out.set()
        self._kill()

    def _kill(self) -> None:
        """Ask first: only the client knows the tools that it runs in sessions of their own."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(TERMINATION_SECONDS)
        except subprocess.TimeoutExpired:
            # The client leads its own session, so its process id names the group.
            os.killpg(self._process.pid, signal.SIGKILL)
