"""The command line: routes to commands, and turns errors into words and exit codes.

0 done · 1 refused or failed · 2 usage · 3 our bug · 4 no data · 5 books disagree · 130 interrupted
· 141 nobody reads the output any more.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click
import platformdirs

from provisioner import __version__
from provisioner.commands.clean import clean
from provisioner.commands.demo import demo
from provisioner.commands.doctor import doctor
from provisioner.commands.down import down
from provisioner.commands.env import env
from provisioner.commands.logs import logs
from provisioner.commands.plan import plan
from provisioner.commands.render import render
from provisioner.commands.restart import restart
from provisioner.commands.setup import setup
from provisioner.commands.status import status
from provisioner.commands.up import up
from provisioner.commands.verify import verify
from provisioner.errors import StackError
from provisioner.runtime.failures import FAILURES, explain

EXIT_BUG = 3
_MEND = "mend that (rights of a file, a full disk, the Docker daemon) and run the command again"
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
"""What shells say of a program that wrote to a pipe which nobody reads any more."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="claude-otel")
def cli() -> None:
    """The observability stack for Claude Code: totals that equal the client's own."""


for _command in (
    up,
    down,
    restart,
    status,
    logs,
    verify,
    plan,
    render,
    env,
    setup,
    doctor,
    demo,
    clean,
):
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
        click.echo(_interrupted(arguments), err=True, nl=False)
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click and rich make the second of the first
        _let_go_of_output()
        return EXIT_BROKEN_PIPE
    except FAILURES as error:
        click.echo(f"error: {explain(error)}\n  next: {_MEND}", err=True)
        return 1
    except Exception as error:  # noqa: BLE001 - here, and nowhere else
        click.echo(_report_bug(error, arguments), err=True)
        return EXIT_BUG
    return result if isinstance(result, int) else 0


def _interrupted(arguments: list[str]) -> str:
    match arguments[:1]:
        case ["logs"]:
            return ""  # that is how one leaves it
        case ["up" | "restart"]:
            return "interrupted: run the command again to go on, or `claude-otel down`\n"
        case ["down" | "clean"]:
            return "interrupted: run the command again to go on\n"
    return "interrupted\n"


def _let_go_of_output() -> None:
    """Nobody reads any more: what is left must not be written when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _report_bug(error: Exception, arguments: list[str]) -> str:
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
