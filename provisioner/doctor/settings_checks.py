"""Do settings files say what their author believes, and what the shell says?"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.doctor.model import Check, Finding, Observed
from provisioner.doctor.resolve import counts, is_guarded


def unreadable(observed: Observed) -> Iterator[Finding]:
    """The client leaves out a file that it cannot read; a managed one keeps it from starting."""
    for layer in observed.layers:
        if layer.problem:
            is_managed = layer.scope == "managed"
            then = "does not start" if is_managed else "leaves out the whole file"
            yield Finding(
                id="settings-unreadable",
                severity="error" if is_managed else "warning",
                where=layer.path,
                what=f"the client {then}: {layer.problem}",
                fix="make it strict JSON: no comments, no trailing commas, every brace closed",
            )


def ignored(observed: Observed) -> Iterator[Finding]:
    """A project can neither switch telemetry on nor say where it goes."""
    shell = next((each.env for each in observed.layers if each.scope == "shell"), {})
    for layer in observed.layers:
        names = [name for name in layer.env if is_guarded(name) and not counts(layer, name, shell)]
        if names:
            yield Finding(
                id="project-ignored",
                severity="note",
                where=f"{layer.path}: env",
                what=f"the client does not heed these in a project's settings: {', '.join(names)}",
                fix="claude-otel setup (it writes them into your own settings)",
            )


def overridden(observed: Observed) -> Iterator[Finding]:
    """What the shell says of telemetry does not count where a settings file says otherwise."""
    for variable in observed.variables.values():
        if variable.shell_value is not None:
            yield Finding(
                id="settings-override-shell",
                severity="note",
                where=variable.where,
                what="the shell says otherwise, which does not count: settings files come first",
                fix=f"if the shell is right: {variable.taken_out()}",
            )


CHECKS = (
    Check(id="settings-unreadable", look=unreadable),
    Check(id="project-ignored", look=ignored),
    Check(id="settings-override-shell", look=overridden),
)
