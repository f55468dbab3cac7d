"""Which dashboards does the stack bring along?"""

from __future__ import annotations

from provisioner.dashboards.cost import cost
from provisioner.dashboards.events import events
from provisioner.dashboards.model import Dashboard
from provisioner.dashboards.overview import overview
from provisioner.dashboards.performance import performance
from provisioner.dashboards.productivity import productivity
from provisioner.dashboards.session import session
from provisioner.dashboards.sessions import sessions
from provisioner.dashboards.tools import tools

DASHBOARDS: tuple[Dashboard, ...] = (
    overview(),
    cost(),
    tools(),
    performance(),
    productivity(),
    events(),
    sessions(),
    session(),
)
