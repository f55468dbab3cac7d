from __future__ import annotations

import shlex
from pathlib import Path
from typing import get_args

import pytest

from provisioner.client_env import (
    ENDPOINT,
    PROTOCOL,
    ShellName,
    client_shell_file,
    client_variables,
    fitting_variables,
    render_env,
)
from provisioner.client_headers import HEADERS
from provisioner.settings import Ports, Settings

MOVED = Settings(ports=Ports(otlp_grpc=24317, otlp_http=24318))
TOKEN = "made-up_0123456789"  # noqa: S105 - of no stack
FILE = Path("/srv/it's here/token")
SHELLS: tuple[ShellName, ...] = get_args(ShellName)


def test_client_variables_point_grpc_at_the_loopback() -> None:
    assert client_variables(Settings(), TOKEN) == {
        "OTEL_EXPORTER_OTLP_HEADERS": f"Authorization=Bearer%20{TOKEN}",
        "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:14317",
        "OTEL_METRIC_EXPORT_INTERVAL": "10000",
        "OTEL_LOGS_EXPORT_INTERVAL": "5000",
        "OTEL_METRICS_INCLUDE_REPOSITORY": "true",
        "OTEL_METRICS_INCLUDE_ENTRYPOINT": "true",
        "CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS": "3000",
    }


def test_client_variables_follow_the_port() -> None:
    assert client_variables(MOVED, TOKEN)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://localhost:24317"


@pytest.mark.parametrize("shell", SHELLS)
def test_render_env_never_switches_on_content_or_another_temporality(shell: ShellName) -> None:
    text = render_env(Settings(), shell, FILE)
    assert "OTEL_LOG_" not in text
    assert "TEMPORALITY" not in text


@pytest.mark.parametrize("shell", SHELLS)
def test_render_env_names_every_variable_and_both_ports(shell: ShellName) -> None:
    text = render_env(MOVED, shell, FILE)
    assert [name for name in client_variables(MOVED, TOKEN) if name not in text] == []
    assert "http://localhost:24317" in text
    assert "http://localhost:24318" in text
    assert "@" not in text


@pytest.mark.parametrize("shell", SHELLS)
def test_render_env_has_no_comment_because_interactive_zsh_would_run_it(shell: ShellName) -> None:
    text = render_env(Settings(), shell, FILE)
    assert "#" not in text
    assert text.endswith("\n")


def test_render_env_is_the_same_for_the_posix_shells() -> None:
    texts = {render_env(Settings(), shell, FILE) for shell in ("bash", "zsh", "sh")}
    assert len(texts) == 1


def test_values_need_no_quoting_in_any_shell() -> None:
    values = client_variables(Settings(), TOKEN).values()
    assert [value for value in values if shlex.quote(value) != value] == []


def test_render_env_for_powershell_keeps_what_is_set() -> None:
    *singles, rest = render_env(MOVED, "powershell", FILE).split("\n", 8)
    pair = rest[: rest.index("$claudeOtelToken")]
    expected = client_variables(MOVED, "")
    del expected[PROTOCOL], expected[ENDPOINT]
    assert singles == [
        f"if (-not (Test-Path Env:{name})) {{ $Env:{name} = '{value}' }}"
        for name, value in expected.items()
    ]
    assert (
        pair.replace(PROTOCOL, "P").replace(ENDPOINT, "E")
        == """\
if (-not (Test-Path Env:E)) {
    if ((Test-Path Env:P) -and ($Env:P -match '^(http/|$)')) {
        $Env:E = 'http://localhost:24318'
    } else {
        $Env:E = 'http://localhost:24317'
    }
}
if (-not (Test-Path Env:P)) {
    if ($Env:E -match ':(4317|24317)/?$') {
        $Env:P = 'grpc'
    } else {
        $Env:P = 'http/protobuf'
    }
}
"""
    )


@pytest.mark.parametrize(
    ("present", "protocol", "endpoint"),
    [
        ({}, "grpc", "http://localhost:24317"),
        ({PROTOCOL: "grpc"}, "grpc", "http://localhost:24317"),
        ({PROTOCOL: "http/json"}, "http/json", "http://localhost:24318"),
        ({PROTOCOL: ""}, "", "http://localhost:24318"),
        ({ENDPOINT: "http://localhost:24317/"}, "grpc", "http://localhost:24317"),
        ({ENDPOINT: "http://otel:4317"}, "grpc", "http://localhost:24317"),
        ({ENDPOINT: "http://localhost:24318"}, "http/protobuf", "http://localhost:24317"),
    ],
)
def test_half_a_pair_is_completed_to_fit(
    present: dict[str, str], protocol: str, endpoint: str
) -> None:
    wanted = fitting_variables(MOVED, present, TOKEN)
    assert (wanted[PROTOCOL], wanted[ENDPOINT]) == (protocol, endpoint)
    assert wanted.keys() | {HEADERS} == client_variables(MOVED, TOKEN).keys()
    assert (HEADERS in wanted) is (present.get(ENDPOINT) != "http://otel:4317")


def test_powershell_reads_the_token_from_a_quoted_path() -> None:
    assert "-LiteralPath '/srv/it''s here/token'\n" in render_env(MOVED, "powershell", FILE)


def test_client_shell_file_holds_the_ports_and_where_the_token_is() -> None:
    assert client_shell_file(MOVED, FILE) == (
        "# Written by claude-otel from the settings; setup-env.sh reads it.\n"
        "claude_otel_grpc_port=24317\n"
        "claude_otel_http_port=24318\n"
        "if [ -r '/srv/it'\"'\"'s here/token' ]; then\n"
        "  IFS= read -r claude_otel_header <'/srv/it'\"'\"'s here/token'\n"
        "  claude_otel_header=Authorization=Bearer%20$claude_otel_header\n"
        "  claude_otel_doors=' http://localhost:24317 http://localhost:24318"
        " http://127.0.0.1:24317 http://127.0.0.1:24318 '\n"
        "fi\n"
    )
