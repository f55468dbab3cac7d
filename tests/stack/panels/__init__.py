"""What must every query of every panel show? One module for each board, as a function of facts."""

from __future__ import annotations

from collections.abc import Mapping

from tests.stack.panels.cost import COST
from tests.stack.panels.events import EVENTS
from tests.stack.panels.overview import OVERVIEW
from tests.stack.panels.performance import PERFORMANCE
from tests.stack.panels.productivity import PRODUCTIVITY
from tests.stack.panels.quality import QUALITY
from tests.stack.panels.session import SESSION
from tests.stack.panels.sessions import SESSIONS
from tests.stack.panels.tools import TOOLS
from tests.stack.truth.arithmetic import Panels

PANELS: Mapping[str, Panels] = {
    "overview": OVERVIEW,
    "cost": COST,
    "tools": TOOLS,
    "performance": PERFORMANCE,
    "productivity": PRODUCTIVITY,
    "events": EVENTS,
    "quality": QUALITY,
    "sessions": SESSIONS,
    "session": SESSION,
}
