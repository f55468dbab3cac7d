"""Is there history that a new stack could show? Transcripts, while the ledger is empty."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from provisioner.backends import Prometheus
from provisioner.errors import BackendError
from provisioner.transcripts.places import find_transcripts, roots
from provisioner.workspace import Workspace


def has_history(environ: Mapping[str, str], home: Path) -> bool:
    """Whether the client has left transcripts."""
    return bool(find_transcripts(roots(environ, home)).places)


def is_empty(workspace: Workspace) -> bool:
    """Whether the ledger has never been told of a request; not if it does not say."""
    days = workspace.settings.prometheus.retention_days
    counted = f"count(count_over_time(ledger_api_requests[{days}d]))"
    try:
        return Prometheus(url=workspace.url("prometheus")).total(counted) == 0
    except BackendError:
        return False
