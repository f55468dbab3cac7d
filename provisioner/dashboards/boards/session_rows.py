"""How does a row for a session lead to its story, over the session's own time?"""

from __future__ import annotations

from provisioner.dashboards.ask import now
from provisioner.dashboards.panels import FROM, UNTIL, Column, Key, Link, Reach, Unit
from provisioner.dashboards.queries import of, seen_from, seen_until

SESSION_KEYS = ("session", "project", "user")

_REQUESTS = of("ledger_session_requests")


def session_keys() -> tuple[Key, ...]:
    """A row for each session, which leads to its story; the columns of `session_time` say when."""
    story = Link(
        board="session", text="session", title="The story of this session", reach=Reach.ROW
    )
    return (
        Key(label="session", title="Session", link=story, width=300),
        Key(label="project", title="Project"),
        Key(label="user", title="User"),
    )


def session_time(shown: str) -> tuple[Column, ...]:
    """From when to when the story of each session that is shown is told."""
    on = f"and on ({', '.join(SESSION_KEYS)}) {shown}"
    moments_of = {FROM: seen_from, UNTIL: seen_until}
    return tuple(
        Column(
            title=title,
            unit=Unit.MOMENT,
            query=now(f"{moment(_REQUESTS, *SESSION_KEYS)} {on}"),
            is_shown=False,
        )
        for title, moment in moments_of.items()
    )
