"""The command line: routes to commands, and turns errors into words and exit codes.

0 done · 1 refused or failed · 2 usage · 3 our bug · 4 no data · 5 books disagree · 130 interrupted
· 141 nobody reads the output any more.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from importlib import import_module

import click

from provisioner import __version__
from provisioner.commands import COMMANDS
from provisioner.errors import StackError

EXIT_BUG = 3
_MEND = "mend that (rights of a file, a full disk, the Docker daemon) and run the command again"
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
"""What shells say of a program that wrote to a pipe which nobody reads any more."""


class Announced(click.Command):
    """A command of which only the name and one line are known until it is called."""

    def load(self) -> click.Command:
        """The command itself, from its module."""
        module = import_module(f"provisioner.commands.{self.name}")
        command: click.Command = getattr(module, str(self.name))
        return command


class Commands(click.Group):
    """Imports the one command that is called: none has to wait for what only others need."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Announced) else command, rest


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="claude-otel")
def cli() -> None:
    """The observability stack for Claude Code: totals that equal the client's own."""


for _name, _line in COMMANDS.items():
    cli.add_command(Announced(_name, short_help=_line))


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # Being told to end must clean up as ^C does: builds run programs and hold scratch space.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # no letter is worth a failure
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
    except Exception as error:  # noqa: BLE001 - here, and nowhere else
        if (reason := _refused(error)) is not None:
            click.echo(f"error: {reason}\n  next: {_MEND}", err=True)
            return 1
        # Imported late, as nobody needs it.
        from provisioner.bug_report import report_bug  # noqa: PLC0415

        click.echo(report_bug(error, arguments), err=True)
        return EXIT_BUG
    return result if isinstance(result, int) else 0


def _refused(error: Exception) -> str | None:
    """What Docker, a process or the system said when it failed; None when we did."""
    # What tells them apart knows Docker's library, for which no start should wait.
    from provisioner.runtime.failures import FAILURES, explain  # noqa: PLC0415

    return explain(error) if isinstance(error, FAILURES) else None


def _interrupted(arguments: list[str]) -> str:
    match arguments[:1]:
        case ["logs" | "monitor"]:
            return ""  # that is how one leaves it
        case ["up" | "restart"]:
            return "interrupted: run the command again to go on, or `claude-otel down`\n"
        case ["down" | "clean" | "backfill"]:
            return "interrupted: run the command again to go on\n"
    return "interrupted\n"


def _let_go_of_output() -> None:
    """Nobody reads any more: what is left must not be written when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
