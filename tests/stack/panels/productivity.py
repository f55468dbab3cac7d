"""What must the board Productivity show?"""

from __future__ import annotations

from tests.stack.truth.arithmetic import Expected, Of, Panels, largest, of, or_zero, times

_COST = of("cost")
_LINES = of("lines")
_COMMITS = of("commits")
_PULL_REQUESTS = of("pull requests")
_SESSIONS = of("sessions")
_ACTIVE = of("active seconds")
_EDITS = of("edits")


def _counted(what: Of) -> Expected:
    return lambda truth: or_zero(truth.sums(what), truth.sums(_ACTIVE))


def _sessions_by(label: str) -> Expected:
    return lambda truth: largest(10, truth.sums(_SESSIONS, label))


PRODUCTIVITY: Panels = {
    "Commits": {"": _counted(_COMMITS)},
    "Pull Requests": {"": _counted(_PULL_REQUESTS)},
    "Lines Added": {"": _counted(of("lines", type="added"))},
    "Lines Removed": {"": _counted(of("lines", type="removed"))},
    "Your Active Time": {"": _counted(of("active seconds", type="user"))},
    "The Agent's Active Time": {"": lambda truth: truth.sums(of("active seconds", type="cli"))},
    "Sessions Started": {"": lambda truth: truth.sums(_SESSIONS)},
    "Prompts": {"": lambda truth: truth.sums(of("prompts"))},
    "Cumulative Code Changes": {"": lambda truth: truth.sums(_LINES, "type")},
    "Development Activity": {
        "sessions": lambda truth: truth.sums(_SESSIONS),
        "commits": lambda truth: truth.sums(_COMMITS),
        "pull requests": lambda truth: truth.sums(_PULL_REQUESTS),
    },
    "Active Time": {"": lambda truth: truth.sums(_ACTIVE, "type")},
    "Sessions by Start": {"": _sessions_by("start_type")},
    "Sessions by Terminal": {"": _sessions_by("terminal")},
    "Edits by Language": {
        "Edits": lambda truth: truth.sums(_EDITS, "language"),
        "Accepted": lambda truth: truth.share(of("edits", decision="accept"), _EDITS, "language"),
    },
    "Cost per Commit (rough)": {"": lambda truth: truth.mean(_COST, _COMMITS)},
    "Cost per 100 Lines (rough)": {"": lambda truth: times(truth.mean(_COST, _LINES), 100)},
}
