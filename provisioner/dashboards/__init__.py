"""Which dashboards does the stack bring along?"""

from __future__ import annotations

from provisioner.dashboards.boards.cost import cost
from provisioner.dashboards.boards.events import events
from provisioner.dashboards.boards.health import health
from provisioner.dashboards.boards.overview import overview
from provisioner.dashboards.boards.performance import performance
from provisioner.dashboards.boards.productivity import productivity
from provisioner.dashboards.boards.quality import quality
from provisioner.dashboards.boards.session import session
from provisioner.dashboards.boards.sessions import sessions
from provisioner.dashboards.boards.tools import tools
from provisioner.dashboards.model import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (
    overview(),
    cost(),
    tools(),
    performance(),
    productivity(),
    events(),
    quality(),
    health(),
    sessions(),
    session(),
)
