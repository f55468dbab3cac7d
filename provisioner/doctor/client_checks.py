"""Is there a client, and is it new enough to tell what the stack counts?"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.doctor.model import Check, Finding, Observed

RIGHT_SINCE = (2, 1, 214)
WHOLE_SINCE = (2, 1, 282)
UPDATE = "claude update"


def absent(observed: Observed) -> Iterator[Finding]:
    """A client inside an editor is not on PATH, and reads the same settings files."""
    if not observed.has_client:
        yield Finding(
            id="client-absent",
            severity="warning",
            where="PATH",
            what="there is no program claude, so its version could not be looked at",
            fix="install Claude Code, or add its folder to PATH; an editor has one of its own",
        )


def old(observed: Observed) -> Iterator[Finding]:
    """Older clients counted wrongly, or said less than the boards show."""
    if observed.version is None or observed.version >= WHOLE_SINCE:
        return
    is_wrong = observed.version < RIGHT_SINCE
    wrong = "some before 2.1.214 send no counters, and count too much behind gateways that stream"
    partial = "before 2.1.282, project settings could switch telemetry, which is not looked at here"
    yield Finding(
        id="client-old",
        severity="warning" if is_wrong else "note",
        where=f"claude {'.'.join(map(str, observed.version))}",
        what=wrong if is_wrong else partial,
        fix=UPDATE,
    )


CHECKS = (
    Check(id="client-absent", look=absent),
    Check(id="client-old", look=old, needs="client"),
)
