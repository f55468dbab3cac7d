"""Is the client led to this stack, with the attributes that it is given?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.client_env import client_variables
from provisioner.errors import WrongArgument
from provisioner.live.launch import Launch, client_environment, resource_attributes
from provisioner.settings import Settings

SETTINGS = Settings()
TOKEN = "made-up_0123456789"  # noqa: S105 - of no stack


def _launch(**special: object) -> Launch:
    plain = {"prompt": "-h", "session_id": "5e55", "cwd": Path(), "environment": {}}
    return Launch(**(plain | special))  # type: ignore[arg-type]  # as the fields are


def test_the_command_asks_for_one_result_of_a_known_session() -> None:
    command = ("claude", "-p", "-h", "--output-format", "json", "--session-id", "5e55")
    assert _launch().command == command


def test_model_and_further_arguments_come_last() -> None:
    launch = _launch(model="haiku", arguments=("--allowedTools", "Read"), program="/bin/c")
    assert launch.command[0] == "/bin/c"
    assert launch.command[-4:] == ("--model", "haiku", "--allowedTools", "Read")


def test_telemetry_goes_to_the_stack_whatever_was_set_before() -> None:
    before = {
        "PATH": "/bin",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://elsewhere:4317",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://elsewhere:4318/v1/metrics",
        "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=theirs",
        "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "a=b",
        "CLAUDE_CODE_ENABLE_TELEMETRY": "0",
    }
    expected = {"PATH": "/bin", **client_variables(SETTINGS, TOKEN)}
    assert client_environment(before, SETTINGS, {}, TOKEN) == expected


def test_attributes_stand_in_the_environment() -> None:
    environment = client_environment({}, SETTINGS, {"orchestration.id": "job 7"}, TOKEN)
    assert environment["OTEL_RESOURCE_ATTRIBUTES"] == "orchestration.id=job%207"


@pytest.mark.parametrize(
    ("before", "attributes", "expected"),
    [
        ("", {}, ""),
        ("", {"a": "b"}, "a=b"),
        ("", {"a": "x=1,y%"}, "a=x%3D1%2Cy%25"),
        ("", {"a": "één/zwei"}, "a=%C3%A9%C3%A9n%2Fzwei"),
        ("team=t", {"a": "b"}, "team=t,a=b"),
        (" team=t , a=old,", {"a": "new"}, "team=t,a=new"),
        ("team=t", {}, "team=t"),
    ],
)
def test_attributes_are_encoded_after_those_that_are_there(
    before: str, attributes: dict[str, str], expected: str
) -> None:
    assert resource_attributes(before, attributes) == expected


@pytest.mark.parametrize("key", ["", "a b", "a=b", "a,b", "ä", "1a"])
def test_an_attribute_whose_name_cannot_be_sent_is_refused(key: str) -> None:
    with pytest.raises(WrongArgument, match=r"attribute '.*': expected letters"):
        resource_attributes("", {key: "x"})
