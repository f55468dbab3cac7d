"""Is telemetry switched on, and does each signal have an exporter that reaches a collector?"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.doctor.model import Check, Finding, Observed, Variable
from provisioner.doctor.resolve import ENABLE, SIGNALS
from provisioner.doctor.routes import LOSSES, NAMES, exporters, is_on
from provisioner.doctor.words import without_secrets

SETUP = "claude-otel setup"
KNOWN = ("otlp", "console", "none", "prometheus")


def telemetry_off(observed: Observed) -> Iterator[Finding]:
    """Nothing is sent without the one switch."""
    variable = observed.variables.get(ENABLE)
    if is_on(observed):
        return
    if variable is None:
        yield Finding(
            id="telemetry-off",
            severity="error",
            where=ENABLE,
            what="telemetry is not switched on, neither in this shell nor in a settings file",
            fix=f"{SETUP}, or source setup-env.sh in this shell",
        )
        return
    yield Finding(
        id="telemetry-off",
        severity="error",
        where=variable.where,
        what=f"telemetry is switched off: it is {variable.value!r}{variable.aside}",
        fix=variable.set_to("1"),
    )


def exporter_off(observed: Observed) -> Iterator[Finding]:
    """A signal without the exporter `otlp` goes nowhere."""
    for signal, variable in _without_otlp(observed):
        name = f"OTEL_{signal}_EXPORTER"
        if variable is None and is_on(observed):
            yield Finding(
                id="exporter-off",
                severity="error",
                where=name,
                what=f"no exporter is chosen, so {_loss(signal)}",
                fix=f"{SETUP}, or export {name}=otlp",
            )
        elif variable and not _is_of_project(variable):
            yield Finding(
                id="exporter-off",
                severity="error",
                where=variable.where,
                what=f"{_loss(signal)}{variable.aside}",
                fix=variable.set_to("otlp"),
            )


def exporter_silenced(observed: Observed) -> Iterator[Finding]:
    """A project's settings may say `none`, and nobody who works there is told."""
    for signal, variable in _without_otlp(observed):
        if variable and _is_of_project(variable):
            yield Finding(
                id="exporter-silenced",
                severity="error",
                where=variable.where,
                what=f"this project switches an exporter off: {_loss(signal)}",
                fix=f"{variable.taken_out()}, or export {variable.name}=otlp, which a project "
                "cannot change",
            )


def _without_otlp(observed: Observed) -> Iterator[tuple[str, Variable | None]]:
    for signal in SIGNALS:
        names = exporters(observed, signal)
        if "otlp" not in names and not _unknown(names):
            yield signal, observed.variables.get(f"OTEL_{signal}_EXPORTER")


def _is_of_project(variable: Variable) -> bool:
    return variable.layer.scope in ("project", "local")


def _loss(signal: str) -> str:
    return f"{NAMES[signal]} are not sent: {LOSSES[signal]} are missing"


def exporter_unknown(observed: Observed) -> Iterator[Finding]:
    """One name that the client does not know, and it sends nothing at all."""
    for signal in SIGNALS:
        variable = observed.variables.get(f"OTEL_{signal}_EXPORTER")
        unknown = _unknown(exporters(observed, signal))
        if variable and unknown:
            shown = without_secrets(unknown[0])
            yield Finding(
                id="exporter-unknown",
                severity="error",
                where=variable.where,
                what=f"the client knows no exporter {shown!r}, and then sends nothing at all",
                fix=variable.set_to("otlp"),
            )


def exporter_console(observed: Observed) -> Iterator[Finding]:
    """Telemetry between the lines of a conversation."""
    for signal in SIGNALS:
        variable = observed.variables.get(f"OTEL_{signal}_EXPORTER")
        if variable and "console" in exporters(observed, signal):
            yield Finding(
                id="exporter-console",
                severity="warning",
                where=variable.where,
                what=f"the exporter console writes {NAMES[signal]} into the client's terminal",
                fix=variable.set_to("otlp"),
            )


def sdk_disabled(observed: Observed) -> Iterator[Finding]:
    """Somebody believes that telemetry is off."""
    variable = observed.variables.get("OTEL_SDK_DISABLED")
    if variable and variable.value.strip().lower() == "true":
        yield Finding(
            id="sdk-disabled",
            severity="note",
            where=variable.where,
            what="the client does not heed it and sends telemetry all the same (tried: 2.1.330)",
            fix=f"{variable.taken_out()}; to send nothing, {ENABLE}=0",
        )


def _unknown(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name not in KNOWN]


CHECKS = (
    Check(id="telemetry-off", look=telemetry_off),
    Check(id="exporter-off", look=exporter_off),
    Check(id="exporter-silenced", look=exporter_silenced),
    Check(id="exporter-unknown", look=exporter_unknown),
    Check(id="exporter-console", look=exporter_console),
    Check(id="sdk-disabled", look=sdk_disabled),
)
