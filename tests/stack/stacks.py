"""How do tests drive a stack? As a person does: a checkout of its own, `.env`, and the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from provisioner.backends import Loki, Prometheus
from provisioner.client_env import client_variables
from provisioner.demo.stack import DISTANCE
from provisioner.history import Stores, stores_of
from provisioner.otlp import Door, door_of
from provisioner.settings import RuntimeName, Settings, environment_names, load_settings
from provisioner.workspace import Workspace, open_workspace
from tests.ports import free_ports

ROOT = Path(__file__).parent.parent.parent
CONTENT = (
    "collector",
    "compose.yaml",
    "gateway",
    "grafana",
    "loki",
    "prometheus",
    "setup-env.sh",
)
"""What a stack needs of a checkout; the package itself is the one under test."""

NOTES = "CLAUDE_OTEL_TEST_STACKS"
"""The variable that names the folder in which checkouts are noted whose stacks may run."""

UP_SECONDS = 3000
"""A cold machine builds its engines first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestStack:
    """A stack under test: its checkout, its data, and its runtime."""

    __test__ = False

    root: Path
    home: Path
    runtime: RuntimeName

    @property
    def settings(self) -> Settings:
        return load_settings(self.root, {})

    @property
    def prometheus(self) -> Prometheus:
        return Prometheus(url=f"http://127.0.0.1:{self.settings.ports.prometheus}")

    @property
    def loki(self) -> Loki:
        return Loki(url=f"http://127.0.0.1:{self.settings.ports.loki}")

    @property
    def door(self) -> Door:
        return door_of(self.workspace)

    @property
    def stores(self) -> Stores:
        return stores_of(self.workspace)

    @property
    def workspace(self) -> Workspace:
        return open_workspace({"CLAUDE_OTEL_ROOT": str(self.root)})

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        """Run `claude-otel` in the checkout; settings of whoever runs the tests stay out."""
        done = subprocess.run(
            [sys.executable, "-m", "provisioner", *arguments],
            cwd=self.root,
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=UP_SECONDS,
            check=False,
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    def succeed(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Run a command that must succeed; its output."""
        ran = self.run(*arguments, env=env)
        assert ran.code == 0, f"claude-otel {' '.join(arguments)}: {ran}"
        return ran.out

    def read_json(self, *arguments: str) -> dict[str, Any]:
        """Run a command that must succeed; its output parsed."""
        found: dict[str, Any] = json.loads(self.succeed(*arguments))
        return found

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(self.root)

    def telemetry_env(self, **changes: str) -> dict[str, str]:
        """What `claude-otel env` exports, with intervals that a test can wait for."""
        quick = {"OTEL_METRIC_EXPORT_INTERVAL": "1000", "OTEL_LOGS_EXPORT_INTERVAL": "500"}
        return client_variables(self.settings, self.workspace.token) | quick | changes


Stacks = Callable[[RuntimeName], TestStack]
"""Gives the running stack of a runtime."""

on_docker = pytest.mark.parametrize("stack", ["docker"], indirect=True)
on_native = pytest.mark.parametrize("stack", ["native"], indirect=True)
"""For a test of what only one runtime has."""


def environment_of(root: Path) -> dict[str, str]:
    """The environment of a command for the stack of a checkout."""
    own = {"CLAUDE_OTEL_ROOT": str(root), "PYTHONPATH": str(ROOT)}
    foreign = environment_names()
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | own


def prepare_stack(folder: Path, runtime: RuntimeName) -> TestStack:
    """A checkout with a `.env` of its own: other ports, project, and data than anybody's."""
    root = folder / "checkout"
    root.mkdir(parents=True)
    for name in CONTENT:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, root / name)
    home = folder / "data"
    lines = {
        "RUNTIME": runtime,
        "STACK_PROJECT": f"claude-otel-test-{runtime}-{uuid.uuid4().hex[:8]}",
        "STACK_DATA_DIR": str(home),
        **_ports(),
    }
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    (root / ".env").write_text(text, encoding="utf-8")
    if notes := os.environ.get(NOTES):
        Path(notes, uuid.uuid4().hex).symlink_to(root)
    return TestStack(root=root, home=home, runtime=runtime)


def _ports() -> dict[str, str]:
    """A free port for every port setting, by its environment variable; the demo's are free too."""
    names = [name for name, key in environment_names().items() if key[0] == "ports"]
    return dict(zip(names, map(str, free_ports(DISTANCE)), strict=False))
