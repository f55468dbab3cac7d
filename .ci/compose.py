"""How does a machine without Docker Compose, and without a registry, get it? From its Go module."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from provisioner.console import Console
from provisioner.engines import Engine, build, host_target
from provisioner.engines.catalogue import STRIPPED, Wrapper

VERSION = "2.40.3"
MODULE = "github.com/docker/compose/v2"
PLUGIN = Path.home() / ".docker" / "cli-plugins" / "docker-compose"

COMPOSE = Engine(
    name="compose",
    version=VERSION,
    binaries=("cmd",),  # as Go names what its package builds
    version_args=("version",),
    recipe=Wrapper(
        module=MODULE,
        version=f"v{VERSION}",
        package="cmd",
        go="1.24",
        ldflags=f"{STRIPPED} -X {MODULE}/internal.Version=v{VERSION}",
    ),
)


def main() -> int:
    """Build the plugin unless it is cached, and put it where the Docker client looks."""
    with Console().step("Docker Compose") as report:
        built = build(COMPOSE, host_target(), report)
    PLUGIN.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(built.paths["cmd"], PLUGIN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
