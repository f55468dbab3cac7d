"""Does the door open to the client?"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.client_headers import HEADERS, authorization_of
from provisioner.doctor.model import Check, Finding, Observed, Variable
from provisioner.doctor.resolve import PREFIX
from provisioner.doctor.route_checks import SETUP
from provisioner.doctor.routes import Route, routes
from provisioner.settings import Ports


def token_wrong(observed: Observed) -> Iterator[Finding]:
    """The door opens only to who shows this stack's token."""
    for route in routes(observed):
        if not observed.token or not _is_door(route, observed.ports):
            continue
        by = _headers_by(observed, route.signal)
        said = authorization_of(by.value) if by else None
        if said != f"Bearer {observed.token}":
            shows = "another token than this stack's" if said else "no token"
            yield Finding(
                id="token-wrong",
                severity="error",
                where=by.where if by else HEADERS,
                what=f"the client shows {shows}, so the collector refuses its {route.name}",
                fix=_new_token(by) if said and by else f"open a new shell, or {SETUP}",
            )


def _is_door(route: Route, ports: Ports) -> bool:
    return route.is_here and route.port in (ports.otlp_grpc, ports.otlp_http)


def _headers_by(observed: Observed, signal: str) -> Variable | None:
    """Who says Authorization for a signal: its own headers, else the general ones."""
    for name in (f"{PREFIX}{signal}_HEADERS", HEADERS):
        found = observed.variables.get(name)
        if found and authorization_of(found.value) is not None:
            return found
    return observed.variables.get(HEADERS)


def _new_token(by: Variable) -> str:
    return f"take Authorization out of it ({by.taken_out()}), then open a new shell, or {SETUP}"


def token_refused(observed: Observed) -> Iterator[Finding]:
    """Another stack's collector, or one that was started before its token was made anew."""
    if not observed.takes_token:
        yield Finding(
            id="token-refused",
            severity="error",
            where=f"127.0.0.1:{observed.ports.otlp_http}",
            what="the collector there refuses this stack's token",
            fix="claude-otel up (or make up, in the checkout)",
        )


CHECKS = (
    Check(id="token-wrong", look=token_wrong),
    Check(id="token-refused", look=token_refused),
)
