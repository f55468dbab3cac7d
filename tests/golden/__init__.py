"""Which settings render to which files? A folder a case: `stack.yaml` in, `rendered/` out.

`python -m tests.golden` writes what is rendered today; read the difference before you commit it.
Boards are left out: they are committed and compared elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from provisioner.placement import Placement, docker_placement, native_placement
from provisioner.render import Stack, render
from provisioner.settings import Settings, load_settings

FOLDER = Path(__file__).parent
HOME = Path("/var/lib/claude-otel-test")
CASES = sorted(path.parent.name for path in FOLDER.glob("*/stack.yaml"))


def rendered_now(case: str) -> Mapping[str, str]:
    """What a case renders to."""
    settings = load_settings(FOLDER / case, {})
    in_docker = settings.runtime == "docker"
    stack = Stack(
        settings=settings,
        placement=_placement(settings),
        with_grafana=in_docker or settings.grafana.home is not None,
        home=HOME,
    )
    artifacts = render(stack, FOLDER.parents[1])
    return {
        path: text for path, text in artifacts.items() if not path.startswith("grafana/dashboards/")
    }


def _placement(settings: Settings) -> Placement:
    if settings.runtime == "docker":
        return docker_placement()
    return native_placement(settings, HOME)
