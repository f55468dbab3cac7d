"""`claude-otel doctor`: say why there is no data, and what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from provisioner.doctor.doctor import Diagnosis
from provisioner.doctor.doctor import doctor as diagnose
from provisioner.doctor.observe import observe
from provisioner.workspace import home_anywhere, settings_anywhere

SCHEMA = "claude-otel/doctor/1"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, as_json: bool) -> int:
    """Say why no data arrives, and what to do about it.

    Looks at this shell, at the client's settings as they count in this folder, at the client, and
    at what has arrived. Changes nothing. Exits with 1 when something keeps data away.
    """
    settings, home = settings_anywhere(os.environ), home_anywhere(os.environ)
    observed = observe(os.environ, Path.cwd(), settings, home)
    found = diagnose(observed)
    if as_json:
        findings = [asdict(finding) for finding in found.findings]
        told = {"schema": SCHEMA, "findings": findings, "checked": list(found.checked)}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_told(found)))
    return 0 if found.is_ok else 1


def _told(found: Diagnosis) -> Iterator[str]:
    for finding in found.findings:
        yield f"{finding.severity}: {finding.what}"
        yield f"  where: {finding.where}"
        yield f"  fix: {finding.fix}"
        yield ""
    yield _summed_up(found)


def _summed_up(found: Diagnosis) -> str:
    looked = f"{len(found.checked)} checks"
    errors = sum(finding.severity == "error" for finding in found.findings)
    if errors:
        return f"{errors} thing{'s keep' if errors > 1 else ' keeps'} data away ({looked})."
    return f"{'' if found.findings else 'All is well: '}nothing keeps data away ({looked})."
