"""Which stack is meant? Its checkout, settings and home directory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from provisioner.errors import RootNotFound
from provisioner.keys import FOLDER, read_token
from provisioner.placement import LOOPBACK
from provisioner.settings import Settings, load_settings

BUILD = "build"
PROJECT_VARIABLE = "STACK_PROJECT"
ROOT_VARIABLE = "CLAUDE_OTEL_ROOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A checkout, its settings, and where this stack's state and rendered files are kept."""

    root: Path
    settings: Settings
    home: Path
    build: Path

    def url(self, listener: str) -> str:
        """The address of one of the stack's ports on this machine, as http://host:port."""
        return f"http://{LOOPBACK}:{getattr(self.settings.ports, listener)}"

    def engine_url(self, listener: str) -> str:
        """The address of a port that wants to see the stack's key, as https://host:port."""
        return self.url(listener).replace("http://", "https://")

    @property
    def token(self) -> str:
        """What the collector's door asks for; empty before the first `up`."""
        return read_token(self.home)

    @property
    def identity_file(self) -> Path:
        """Where the secret is kept that is mixed into hashed identities; `up` makes it."""
        return self.home / FOLDER / "identity"

    @property
    def ready_urls(self) -> dict[str, str]:
        """The address at which each engine says that it is ready."""
        return {
            "collector": f"{self.url('metrics')}/ready/collector",
            "gateway": f"{self.url('metrics')}/ready/gateway",
            "grafana": f"{self.url('grafana')}/api/health",
            "loki": f"{self.url('loki')}/ready",
            "prometheus": f"{self.url('prometheus')}/-/ready",
        }


def open_workspace(environ: Mapping[str, str] | None = None) -> Workspace:
    """The stack of this checkout; raises RootNotFound or SettingsError."""
    environ = os.environ if environ is None else environ
    root = _find_root(environ)
    settings = load_settings(root, environ)
    # A second stack, named on the command line, must not overwrite what setup-env.sh reads. Only
    # its name is left out: the environment may put right what is wrong in the files.
    unnamed = {name: value for name, value in environ.items() if name != PROJECT_VARIABLE}
    is_own = settings.project == load_settings(root, unnamed).project
    build = root / (BUILD if is_own else f"{BUILD}-{settings.project}")
    return Workspace(root=root, settings=settings, home=_home(root, settings), build=build)


def settings_anywhere(environ: Mapping[str, str]) -> Settings:
    """The stack's settings; where there is no checkout, the defaults and what the environment says.

    Raises RootNotFound only when a checkout was asked for by name.
    """
    try:
        return open_workspace(environ).settings
    except RootNotFound:
        if environ.get(ROOT_VARIABLE):
            raise
    return load_settings(Path(__file__).parent, environ)  # the package holds no settings files


def token_anywhere(environ: Mapping[str, str]) -> str:
    """The token of that stack's door; empty where it is not known."""
    return read_token(home_anywhere(environ))


def home_anywhere(environ: Mapping[str, str]) -> Path:
    """Where that stack's state is kept."""
    try:
        return open_workspace(environ).home
    except RootNotFound:
        return _home(Path.cwd(), settings_anywhere(environ))


def _home(root: Path, settings: Settings) -> Path:
    default = platformdirs.user_data_path("claude-otel") / settings.project
    home = root / settings.data_dir.expanduser() if settings.data_dir else default
    return home.resolve()


def _find_root(environ: Mapping[str, str]) -> Path:
    chosen = environ.get(ROOT_VARIABLE)
    # What was asked for by name is not silently replaced by what is near.
    tried = [Path(chosen)] if chosen else [Path.cwd(), Path(__file__).parent.parent]
    for folder in tried:
        if (folder / "compose.yaml").is_file() and (folder / "setup-env.sh").is_file():
            return folder.resolve()
    raise RootNotFound([str(folder) for folder in tried])
