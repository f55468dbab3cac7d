"""Why is there no data? Every check's answer, the worst first."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.doctor import (
    arrival_checks,
    client_checks,
    route_checks,
    settings_checks,
    shape_checks,
    switch_checks,
    token_checks,
)
from provisioner.doctor.model import Check, Finding, Observed

CHECKS = (
    *switch_checks.CHECKS,
    *route_checks.CHECKS,
    *token_checks.CHECKS,
    *settings_checks.CHECKS,
    *shape_checks.CHECKS,
    *client_checks.CHECKS,
    *arrival_checks.CHECKS,
)
OVERRIDES = "settings-override-shell"
_ORDER = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was found, the worst first, and the ids of the checks that could be made."""

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]

    @property
    def is_ok(self) -> bool:
        """Whether nothing keeps data away."""
        return all(finding.severity != "error" for finding in self.findings)


def doctor(observed: Observed) -> Diagnosis:
    """Look for every reason that is known."""
    made = [check for check in CHECKS if _can_look(check, observed)]
    found = dict.fromkeys(finding for check in made for finding in check.look(observed))
    blamed = {finding.where for finding in found if finding.id != OVERRIDES}
    told = (each for each in found if each.id != OVERRIDES or each.where not in blamed)
    return Diagnosis(
        findings=tuple(sorted(told, key=lambda each: _ORDER.index(each.severity))),
        checked=tuple(check.id for check in made),
    )


def _can_look(check: Check, observed: Observed) -> bool:
    match check.needs:
        case "client":
            return observed.version is not None
        case "stores":
            return observed.arrivals is not None
    return True
