"""How is a story written? What a person types, and everything that they then see.

A story is a text: a title, files of the checkout (`file NAME` and indented lines), and commands
(`$ NAME=value claude-otel …`), each with its exit code and what it printed. `(types y)` is what is
typed into the next command, on a terminal. `{root}`, `{home}` and other names in braces stand for
what differs from run to run.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

INDENT = "  "
TYPES = "(types "


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is typed: variables and arguments of `claude-otel`, and answers on a terminal."""

    line: str
    typed: str | None

    @property
    def variables(self) -> dict[str, str]:
        pairs = (word.partition("=") for word in self._words[: self._start])
        return {name: value for name, _, value in pairs}

    @property
    def arguments(self) -> list[str]:
        return self._words[self._start + 1 :]

    @property
    def _words(self) -> list[str]:
        return shlex.split(self.line)

    @property
    def _start(self) -> int:
        return self._words.index("claude-otel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is seen of a command."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A title, files of the checkout, and commands in their order."""

    title: str
    files: Mapping[str, str]
    commands: tuple[Command, ...]


def read_story(text: str) -> Story:
    """What a story's text asks for; what it expects is left out."""
    lines = text.splitlines()
    files = {
        line.removeprefix("file "): "".join(_block(lines[number + 1 :]))
        for number, line in enumerate(lines)
        if line.startswith("file ")
    }
    commands = tuple(
        Command(line=line.removeprefix("$ "), typed=_typed(lines[number - 1]))
        for number, line in enumerate(lines)
        if line.startswith("$ ")
    )
    return Story(title=lines[0], files=files, commands=commands)


def write_story(story: Story, endings: Iterable[Ending]) -> str:
    """The whole text of a story with what was seen."""
    parts = [story.title + "\n"]
    parts += [f"file {name}\n{_indented(text)}" for name, text in story.files.items()]
    for command, ending in zip(story.commands, endings, strict=True):
        typed = "" if command.typed is None else f"{TYPES}{command.typed})\n"
        parts.append(f"{typed}$ {command.line}\nexit {ending.code}\n{_seen(ending)}")
    return "\n".join(parts)


def _seen(ending: Ending) -> str:
    streams = {"stdout": ending.stdout, "stderr": ending.stderr}
    return "".join(f"{name}\n{_indented(text)}" for name, text in streams.items() if text)


def _block(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line and not line.startswith(INDENT):
            return
        if line:
            yield line.removeprefix(INDENT) + "\n"


def _typed(line: str) -> str | None:
    return line.removeprefix(TYPES).removesuffix(")") if line.startswith(TYPES) else None


def _indented(text: str) -> str:
    """Empty lines stay empty, so that no line ends with spaces."""
    return "".join(f"{INDENT}{line}".rstrip(" ") + "\n" for line in text.splitlines())
