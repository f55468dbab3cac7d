"""Which dashboards does the stack bring along?"""

from __future__ import annotations

from provisioner.dashboards.model import Dashboard
from provisioner.dashboards.overview import overview

DASHBOARDS: tuple[Dashboard, ...] = (overview(),)
