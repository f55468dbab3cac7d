"""The command line: routes to commands, and turns errors into words and exit codes.

0 done · 1 refused or failed · 2 usage · 3 our bug · 4 no data · 5 books disagree · 130 interrupted.
"""

from __future__ import annotations

import platform
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click
import platformdirs

from provisioner import __version__
from provisioner.commands.clean import clean
from provisioner.commands.demo import demo
from provisioner.commands.down import down
from provisioner.commands.env import env
from provisioner.commands.logs import logs
from provisioner.commands.plan import plan
from provisioner.commands.render import render
from provisioner.commands.restart import restart
from provisioner.commands.status import status
from provisioner.commands.up import up
from provisioner.commands.verify import verify
from provisioner.errors import StackError

EXIT_BUG = 3
_MEND = "mend that (rights of a file, a full disk, the Docker daemon) and run the command again"
EXIT_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="claude-otel")
def cli() -> None:
    """The observability stack for Claude Code: totals that equal the client's own."""


for _command in (up, down, restart, status, logs, verify, plan, render, env, demo, clean):
    cli.add_command(_command)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # Being told to end must clean up as ^C does: builds run programs and hold scratch space.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; the only place that turns errors into words."""
    try:
        result = cli.main(arguments, prog_name="claude-otel", standalone_mode=False)
    except StackError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted: run the command again to go on, or `claude-otel down`", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:  # what Docker's API refuses is one, too
        click.echo(f"error: {error}\n  next: {_MEND}", err=True)
        return 1
    except Exception as error:  # noqa: BLE001 - here, and nowhere else
        click.echo(_report_bug(error, arguments), err=True)
        return EXIT_BUG
    return result if isinstance(result, int) else 0


def _report_bug(error: Exception, arguments: list[str]) -> str:
    """Write a ready-made bug report; returns the sentence that says where."""
    now = datetime.now(tz=UTC)
    folder = platformdirs.user_log_path("claude-otel", ensure_exists=True)
    path = Path(folder) / f"bug-{now:%Y%m%d-%H%M%S}.md"
    lines = [
        f"# claude-otel: {type(error).__name__}",
        f"- command: claude-otel {' '.join(arguments)}",
        f"- version: {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"- time: {now:%Y-%m-%d %H:%M:%S} UTC",
        "```",
        "".join(traceback.format_exception(error)).rstrip(),
        "```",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return (
        f"error: a defect of claude-otel ({type(error).__name__}: {error})\n"
        f"  next: please report it; the report is ready in {path}"
    )
