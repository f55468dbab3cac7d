"""Do errors say what, where, and what to do next?"""

from __future__ import annotations

import pytest

from provisioner import errors
from provisioner.errors import (
    ArtifactRejected,
    BuildFailed,
    ClientFailed,
    CommandFailed,
    EngineUnavailable,
    NoData,
    PortHolder,
    PortsInUse,
    Problem,
    SettingsError,
    StackError,
    StackNotRunning,
    WrongArgument,
)

CLASSES = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, StackError) and each is not StackError
]


def _problem(key: str, value: object) -> Problem:
    return Problem(source="stack.yaml", key=key, value=value, expected="a whole number")


def test_a_problem_names_source_key_value_and_what_was_expected() -> None:
    problem = _problem("ports.loki", "many")
    assert str(problem) == "stack.yaml: ports.loki = 'many': expected a whole number"


def test_a_problem_without_a_value_shows_none() -> None:
    assert str(_problem("the file", None)) == "stack.yaml: the file: expected a whole number"


def test_a_settings_error_counts_and_lists_all_problems() -> None:
    error = SettingsError([_problem("a", 1), _problem("b", 2)])
    assert str(error) == (
        "2 wrong settings:\n"
        "  stack.yaml: a = 1: expected a whole number\n"
        "  stack.yaml: b = 2: expected a whole number"
    )


def test_one_problem_is_a_wrong_setting_not_settings() -> None:
    assert str(SettingsError([_problem("a", 1)])).startswith("1 wrong setting:")


def test_ports_in_use_names_each_port_its_setting_and_its_process() -> None:
    holder = PortHolder(
        setting="loki", variable="LOKI_PORT", port=13100, process="nginx (process 7)"
    )
    assert str(PortsInUse([holder])) == (
        "a port is in use, and nothing was started:\n"
        "  port 13100 (ports.loki, LOKI_PORT) is held by nginx (process 7)\n"
        "  next: free it, or choose another in stack.yaml or .env"
    )


def test_several_ports_in_use_are_told_together() -> None:
    loki = PortHolder(setting="loki", variable="LOKI_PORT", port=1, process="a")
    spool = PortHolder(setting="spool", variable="SPOOL_PORT", port=2, process="b")
    assert str(PortsInUse([loki, spool])) == (
        "2 ports are in use, and nothing was started:\n"
        "  port 1 (ports.loki, LOKI_PORT) is held by a\n"
        "  port 2 (ports.spool, SPOOL_PORT) is held by b\n"
        "  next: free them, or choose others in stack.yaml or .env"
    )


def test_a_failed_command_shows_the_end_of_what_it_printed() -> None:
    printed = "\n".join(f"line {number}" for number in range(20))
    shown = str(CommandFailed(["docker", "compose", "up"], 17, printed)).splitlines()
    assert shown[0] == "`docker compose up` exited with 17"
    assert shown[1:] == [f"  | line {number}" for number in range(8, 20)]


@pytest.mark.parametrize(
    "error",
    [
        ArtifactRejected("loki/config.yaml", "no"),
        BuildFailed("loki", "go build", ["no space left"], "free some"),
        EngineUnavailable("loki", ["pull: no"], "connect"),
        PortsInUse([]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_that_a_person_can_act_on_say_what_to_do_next(error: StackError) -> None:
    assert str(error).splitlines()[-1].startswith("  next: ")


def test_a_stack_that_is_down_says_how_to_start_it() -> None:
    assert str(StackNotRunning("mine")) == (
        "the stack 'mine' is not running: start it with `make up`"
    )


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_drawn_in_the_tree_at_the_top_of_the_module(error: type[StackError]) -> None:
    assert f"── {error.__name__} " in (errors.__doc__ or "")


def test_wrong_settings_and_words_are_wrong_usage_no_data_is_told_apart() -> None:
    others = {SettingsError: 2, WrongArgument: 2, NoData: 4}
    assert {each: each.exit_code for each in CLASSES} == dict.fromkeys(CLASSES, 1) | others


def test_no_data_says_where_it_was_looked_for() -> None:
    error = NoData("nothing was found:", ["a", "b"], "look elsewhere")
    assert str(error) == "nothing was found:\n  a\n  b\n  next: look elsewhere"


def test_a_wrong_word_is_told_with_what_was_expected() -> None:
    assert str(WrongArgument("--since", "x", "a date")) == "--since 'x': expected a date"
    assert str(WrongArgument("TZ", "x", "a zone", "unset TZ")) == (
        "TZ 'x': expected a zone\n  next: unset TZ"
    )


def test_a_failed_client_shows_the_end_of_what_it_said() -> None:
    error = ClientFailed("5e55", "exited with 1", "one\ntwo", "try again")
    assert str(error) == (
        "the client (session 5e55) exited with 1\n  | one\n  | two\n  next: try again"
    )
