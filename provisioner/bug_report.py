"""What does a person need to tell us of a defect of ours?"""

from __future__ import annotations

import platform
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from provisioner import __version__


def report_bug(error: Exception, arguments: list[str]) -> str:
    """Write a ready-made bug report; returns the sentence that says where."""
    now = datetime.now(tz=UTC)
    lines = [
        f"# claude-otel: {type(error).__name__}",
        f"- command: claude-otel {' '.join(arguments)}",
        f"- version: {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"- time: {now:%Y-%m-%d %H:%M:%S} UTC",
        "```",
        "".join(traceback.format_exception(error)).rstrip(),
        "```",
    ]
    report = "\n".join(lines) + "\n"
    path = _keep(report, f"bug-{now:%Y%m%d-%H%M%S}.md")
    place = f"is ready in {path}" if path else f"could not be kept; here it is:\n\n{report}"
    return (
        f"error: a defect of claude-otel ({type(error).__name__}: {error})\n"
        f"  next: please report it; the report {place}"
    )


def _keep(report: str, name: str) -> Path | None:
    """Write it where the user's logs are, else to the temporary directory; None if neither goes."""
    for find in (lambda: platformdirs.user_log_path("claude-otel"), tempfile.gettempdir):
        try:
            folder = Path(find())
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(report, encoding="utf-8")
        except OSError:
            continue
        return folder / name
    return None
