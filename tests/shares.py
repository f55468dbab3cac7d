"""Which tests stay together when two processes share them? Those of one stack, or one module."""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

_RUNTIME = re.compile(r"tests/stack/.*[\[-](docker|native)[-\]]")
_LONGEST = ("docker", "native")


def share(nodeid: str) -> str:
    """The runtime whose stack a test uses with others, or else its module."""
    found = _RUNTIME.match(nodeid)
    return found[1] if found else nodeid.partition("::")[0]


def turn(nodeid: str) -> int:
    """Long shares come first: there are small ones left then, to end at the same time."""
    mine = share(nodeid)
    if mine in _LONGEST:
        return _LONGEST.index(mine)
    return len(_LONGEST) + (not nodeid.startswith("tests/stack/"))


class Shares(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Gives a whole share to one process of pytest-xdist."""

    def _split_scope(self, nodeid: str) -> str:
        # Not by `xdist_group`: with pytest 9.2, pytest-xdist 3.8 takes no notice of it (its #1386).
        return share(nodeid)
