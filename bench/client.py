"""What does telemetry cost the client itself?

Lets the real client go through the same scripted work, again and again, in turn: with telemetry
off, on, on while nobody listens at the stack's door (as after `claude-otel down`), and on while its
door takes connections and never answers. What the client says that its runs cost has to be in the
ledger in the end: all of it where telemetry was on, nothing where it was not.
"""

from __future__ import annotations

import resource
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from bench.stopping import end_orderly
from provisioner.client_env import ENDPOINT, client_variables
from provisioner.progress import showing_progress
from provisioner.runtime.model import Report
from tests.faults.stacks import own_stack
from tests.ports import free_ports
from tests.stack.books import Books
from tests.stack.client import client_environment, prepare_repository
from tests.stack.client_process import Launch, running
from tests.stack.messages_api import MessagesApi
from tests.stack.runs import pass_marker
from tests.stack.scenarios import Scenario, one_answer, tools, two_prompts
from tests.stack.stacks import TestStack

OFF, ON, DOWN, SILENT = "off", "on", "on, stack down", "on, stack silent"
WAYS = (OFF, ON, DOWN, SILENT)
PAUSE_SECONDS = 12.0
"""Longer than the intervals of both signals: the client exports, or tries to, before it ends."""

SCENARIOS = {
    "short": one_answer(),
    "tools": tools(),
    "pause": two_prompts(lambda: time.sleep(PAUSE_SECONDS)),
}
STREAMS = ("--input-format", "stream-json", "--output-format", "stream-json", "--verbose")
LIMIT_SECONDS = 120.0
TOLERANCE_USD = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the client, its processor time, and what it says that it cost.

    `answered_seconds` is the time until its result was there; `exit_seconds`, until it had ended
    afterwards. Processor time is that of the client and its tools.
    """

    way: str
    answered_seconds: float
    exit_seconds: float
    cpu_seconds: float
    cost_usd: float

    @property
    def seconds(self) -> float:
        return self.answered_seconds + self.exit_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where the client works, and what its environment says of telemetry, by the way it is run."""

    folder: Path
    api: MessagesApi
    scenario: Scenario
    telemetry: Mapping[str, Mapping[str, str]]

    def run(self, way: str, number: int) -> Run:
        """One run, in a home and a repository of its own."""
        folder = self.folder / f"{WAYS.index(way)}-{number}"
        home = folder / "home"
        home.mkdir(parents=True)
        launch = Launch(
            arguments=("-p", *STREAMS, "--dangerously-skip-permissions"),
            environment=client_environment(home, self.api, self.telemetry[way]),
            cwd=prepare_repository(folder / "repository", origin=_origin(way)),
            timeout_seconds=LIMIT_SECONDS,
        )
        cpu, began = _cpu_of_children(), time.perf_counter()
        with running(launch) as client:
            for prompt in self.scenario.prompts:
                if prompt.interlude:
                    prompt.interlude()
                result = client.ask(prompt.text)
            answered = time.perf_counter()
            client.finish()
            ended = time.perf_counter()
            if client.exit_code or result["is_error"]:
                raise click.ClickException(f"the client failed, telemetry {way}: {client.stderr}")
        return Run(
            way=way,
            answered_seconds=answered - began,
            exit_seconds=ended - answered,
            cpu_seconds=_cpu_of_children() - cpu,
            cost_usd=float(result["total_cost_usd"]),
        )


@click.command()
@click.option("--repeat", default=10, show_default=True, help="How often the client runs each way.")
@click.option(
    "--scenario", type=click.Choice(sorted(SCENARIOS)), default="tools", show_default=True
)
def main(repeat: int, scenario: str) -> None:
    """Time scripted runs of the real client: telemetry off, on, and on with the stack away.

    short: one answer; tools: six tools and seven requests; pause: two prompts, and twelve seconds
    between them in which the client exports.
    """
    end_orderly()
    with (
        tempfile.TemporaryDirectory() as folder,
        showing_progress() as report,
        MessagesApi(SCENARIOS[scenario].scripts) as api,
        # The system takes its connections; nobody ever reads from them.
        socket.create_server(("localhost", 0), backlog=1024) as silent,
    ):
        report("starting a stack")
        with own_stack(Path(folder, "stack")) as stack:
            desk = Desk(
                folder=Path(folder, "runs"),
                api=api,
                scenario=SCENARIOS[scenario],
                telemetry=_telemetry(stack, silent),
            )
            unmeasured, *measured = _rounds(desk, repeat + 1, report)
            report("comparing with the ledger")
            check_books(stack, [*unmeasured, *(run for each in measured for run in each)])
    Console(width=130).print(_table([run for each in measured for run in each], scenario))


def _telemetry(stack: TestStack, silent: socket.socket) -> dict[str, Mapping[str, str]]:
    """The environment of each way: what `claude-otel env` says, and the same with other doors."""
    on = client_variables(stack.settings, stack.workspace.token)
    nobody, mute = next(free_ports()), silent.getsockname()[1]
    others = {
        way: {**on, ENDPOINT: f"http://localhost:{port}"}
        for way, port in ((DOWN, nobody), (SILENT, mute))
    }
    return {OFF: {}, ON: on, **others}


def _rounds(desk: Desk, rounds: int, report: Report) -> list[list[Run]]:
    """Each way once a round, in another order each time."""
    found = []
    for number in range(rounds):
        first = number % len(WAYS)
        ways = WAYS[first:] + WAYS[:first]
        report(f"{number} of {rounds} rounds")
        found.append([desk.run(way, number) for way in ways])
    return found


def check_books(stack: TestStack, runs: Sequence[Run]) -> None:
    """What was told is in the ledger, and nothing of what was not."""
    pass_marker(stack)
    for way in WAYS:
        told = sum(run.cost_usd for run in runs if run.way == way) if way == ON else 0.0
        found = Books(stack=stack, project=_project(way)).total("ledger_cost_usd")
        if abs(found - told) > TOLERANCE_USD:
            raise click.ClickException(
                f"telemetry {way}: the ledger has ${found:.9f}, and the client told ${told:.9f}"
            )


def _project(way: str) -> str:
    return f"bench/way-{WAYS.index(way)}"


def _origin(way: str) -> str:
    return f"https://github.com/{_project(way)}.git"


def _cpu_of_children() -> float:
    """Of processes that have ended: each client, and what it has run itself."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _table(runs: Sequence[Run], scenario: str) -> Table:
    """Medians, and from the least to the most; ratios are to what it takes without telemetry."""
    title = f"{scenario}: medians of {len(runs) // len(WAYS)} runs each way (least to most)"
    names = ("telemetry", "whole run, s", "ratio", "to its answer, s", "exit, s", "CPU, s", "ratio")
    table = Table(*names, title=title)
    by_way = {way: [run for run in runs if run.way == way] for way in WAYS}
    whole = {way: [run.seconds for run in found] for way, found in by_way.items()}
    cpu = {way: [run.cpu_seconds for run in found] for way, found in by_way.items()}
    for way in WAYS:
        table.add_row(
            way,
            _spread(whole[way]),
            _ratio(whole[way], whole[OFF]),
            _spread([run.answered_seconds for run in by_way[way]]),
            _spread([run.exit_seconds for run in by_way[way]]),
            _spread(cpu[way]),
            _ratio(cpu[way], cpu[OFF]),
        )
    return table


def _spread(taken: Sequence[float]) -> str:
    return f"{median(taken):.2f} ({min(taken):.2f}-{max(taken):.2f})"


def _ratio(taken: Sequence[float], without: Sequence[float]) -> str:
    return f"{median(taken) / median(without):.2f}"


if __name__ == "__main__":
    main()
