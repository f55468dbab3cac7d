"""Is what the documents say true, and is nothing of one machine in the repository?"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from provisioner import __version__
from provisioner.cli import Announced, cli
from provisioner.doctor.doctor import CHECKS
from provisioner.settings import Settings
from tests.conftest import ROOT

LONGEST_SCRIPT = 60
# Assembled, so that this file does not find itself.
HOMES = re.compile("|".join(f"/{name}/" for name in ("root", "Users", r"home/\w+", "work")))

COMMANDS = [
    (name, announced.load())
    for name, announced in sorted(cli.commands.items())
    if isinstance(announced, Announced)
]
REPORTS = [
    (f"{name} {part}", command)
    for name, group in COMMANDS
    if isinstance(group, click.Group)
    for part, command in group.commands.items()
]
OPTIONS = [
    pytest.param(option, id=f"{name} {option.opts[-1]}")
    for name, command in [*COMMANDS, *REPORTS]
    for option in command.params
    if isinstance(option, click.Option)
]


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _files() -> Iterator[Path]:
    """Every text file that is committed, or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return (path for path in paths if path.is_file() and path.suffix != ".png")


def test_the_changelog_starts_with_this_version() -> None:
    versions = re.findall(r"^## \[([^\]]+)\]", _text("CHANGELOG.md"), re.MULTILINE)
    assert next(version for version in versions if version != "Unreleased") == __version__


def test_the_readme_names_the_commands_to_start_and_to_test() -> None:
    for command in ("make up", "make test", "source setup-env.sh"):
        assert command in _text("README.md")


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/decisions/README.md", "docs/usage.md"]
)
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", _text(page))
    assert links
    folder = (ROOT / page).parent
    assert [link for link in links if not (folder / link).exists()] == []


def test_addresses_of_the_readme_are_the_default_ports() -> None:
    ports = {str(number) for _, number in Settings().ports}
    named = set(re.findall(r"localhost:(\d+)", _text("README.md")))
    assert named
    assert named <= ports


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_every_command_says_what_it_does_in_one_line_of_help(
    name: str, command: click.Command
) -> None:
    assert name == command.name
    first = (command.help or "").strip().partition("\n")[0]
    assert first.endswith(".")
    assert command.get_short_help_str(limit=200) == cli.commands[name].short_help


def test_every_module_of_a_command_is_announced() -> None:
    modules = (ROOT / "provisioner" / "commands").glob("[!_]*.py")
    assert {path.stem for path in modules} == set(cli.commands) == {name for name, _ in COMMANDS}


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_says_what_it_does(option: click.Option) -> None:
    assert (option.help or "").endswith(".")


def test_the_doctors_page_names_every_check_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", _text("docs/setup.md"), re.MULTILINE)
    assert rows == [check.id for check in CHECKS]


def test_every_target_of_make_that_is_a_command_exists() -> None:
    line = next(line for line in _text("Makefile").splitlines() if line.startswith("up "))
    targets = line.partition(":")[0].split()
    assert set(targets) <= set(cli.commands)


@pytest.mark.parametrize("name", ["Makefile", "setup-env.sh"])
def test_what_runs_before_python_is_short(name: str) -> None:
    assert _text(name).count("\n") <= LONGEST_SCRIPT


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:100]}"
        for path in _files()
        for line in path.read_text(encoding="utf-8").splitlines()
        if HOMES.search(line)
    ]
    assert found == []


def test_every_text_ends_with_one_line_end_and_has_unix_ones() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in _files()
        if (content := path.read_bytes())
        and (b"\r\n" in content or not content.endswith(b"\n") or content.endswith(b"\n\n"))
    ]
    assert wrong == []
