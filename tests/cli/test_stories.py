"""Does a person see, to the letter, what was committed?"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from provisioner import __version__
from provisioner.cli import cli
from tests.cli.player import FOLDER, STORIES, play
from tests.cli.story import read_story


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_as_it_is_written(name: str, tmp_path: Path) -> None:
    expected = (FOLDER / name).read_text(encoding="utf-8")
    assert play(name, tmp_path) == expected, f"run `python -m tests.cli {name}`"


def test_stories_are_numbered_without_gaps() -> None:
    numbers = [int(name[:2]) for name in STORIES if re.fullmatch(r"\d\d_[a-z_]+\.txt", name)]
    assert numbers == list(range(1, len(STORIES) + 1))


def test_every_command_has_a_story() -> None:
    told = {
        argument
        for name in STORIES
        for command in read_story((FOLDER / name).read_text(encoding="utf-8")).commands
        for argument in command.arguments[:1]
        if "--help" not in command.arguments
    }
    assert set(cli.commands) <= told


def test_the_script_and_the_module_are_the_same_command() -> None:
    (script,) = entry_points(group="console_scripts", name="claude-otel")
    assert script.value == "provisioner.entry:main"
    command = [sys.executable, "-m", "provisioner", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        f"claude-otel, version {__version__}\n",
        "",
    )
