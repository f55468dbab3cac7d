"""Which variables make Claude Code send its telemetry here?

`setup-env.sh` sets the same ones for bash and zsh without starting a program; tests hold the two
together. Content logging (`OTEL_LOG_*`) is never switched on, and the temporality stays the
client's own default, delta.

Protocol and endpoint are a pair. What the person has set stays; a half that is missing follows
from the half that is there:

- endpoint missing: our port that speaks the protocol, gRPC unless told otherwise (the client takes
  an empty protocol for http/protobuf);
- protocol missing: the endpoint is then meant for other programs too, and they would speak
  http/protobuf, OTLP's default, unless the port is one that speaks gRPC by custom, or ours.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal

from provisioner.client_headers import HEADERS, door_header, with_token
from provisioner.placement import LOOPBACK
from provisioner.settings import Settings

ShellName = Literal["bash", "zsh", "sh", "fish", "powershell"]

PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def client_variables(settings: Settings, token: str) -> dict[str, str]:
    """The client's environment where the person has set nothing; no header without a token."""
    headers = {HEADERS: door_header(token)} if token else {}
    return {
        "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "otlp",
        PROTOCOL: "grpc",
        ENDPOINT: f"http://localhost:{settings.ports.otlp_grpc}",
        "OTEL_METRIC_EXPORT_INTERVAL": "10000",
        "OTEL_LOGS_EXPORT_INTERVAL": "5000",
        "OTEL_METRICS_INCLUDE_REPOSITORY": "true",
        "OTEL_METRICS_INCLUDE_ENTRYPOINT": "true",
        "CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS": "3000",
    } | headers


def fitting_variables(settings: Settings, present: Mapping[str, str], token: str) -> dict[str, str]:
    """The client's variables beside those that are there: both halves of the pair fit together.

    The token comes after the headers that are there; another collector does not get it.
    """
    wanted = client_variables(settings, "") | _fitting_pair(settings, present)
    leads_here = present.get(ENDPOINT, wanted[ENDPOINT]).rstrip("/") in doors(settings)
    headers = with_token(present.get(HEADERS, ""), token if leads_here else "")
    return wanted | ({HEADERS: headers} if headers else {})


def doors(settings: Settings) -> tuple[str, ...]:
    """The addresses of the collector's doors, as one may write them."""
    return tuple(
        f"http://{host}:{port}"
        for host in ("localhost", LOOPBACK)
        for port in (settings.ports.otlp_grpc, settings.ports.otlp_http)
    )


def _fitting_pair(settings: Settings, present: Mapping[str, str]) -> dict[str, str]:
    """The half that is missing, and the other as it is; nothing where both are, or none is."""
    protocol, endpoint = present.get(PROTOCOL), present.get(ENDPOINT)
    if endpoint is None and protocol is not None:
        speaks_http = not protocol or protocol.startswith("http/")
        port = settings.ports.otlp_http if speaks_http else settings.ports.otlp_grpc
        return {PROTOCOL: protocol, ENDPOINT: f"http://localhost:{port}"}
    if endpoint is not None and protocol is None:
        speaks_grpc = endpoint.rstrip("/").endswith((":4317", f":{settings.ports.otlp_grpc}"))
        return {PROTOCOL: "grpc" if speaks_grpc else "http/protobuf"}
    return {}


def client_shell_file(settings: Settings, token_file: Path) -> str:
    """What `setup-env.sh` must know about the settings: the text of `build/client.sh`."""
    ports, file = settings.ports, shlex.quote(str(token_file))
    return (
        "# Written by claude-otel from the settings; setup-env.sh reads it.\n"
        f"claude_otel_grpc_port={ports.otlp_grpc}\n"
        f"claude_otel_http_port={ports.otlp_http}\n"
        f"if [ -r {file} ]; then\n"
        f"  IFS= read -r claude_otel_header <{file}\n"
        "  claude_otel_header=Authorization=Bearer%20$claude_otel_header\n"
        f"  claude_otel_doors=' {' '.join(doors(settings))} '\n"
        "fi\n"
    )


def render_env(settings: Settings, shell: ShellName, token_file: Path) -> str:
    """Lines for a shell to evaluate; they change nothing that is set already.

    They read the token when they are evaluated, so that nobody sees it who looks at them.
    """
    dialect = _DIALECTS[shell]
    single = (
        dialect.variable.substitute(name=name, value=value)
        for name, value in client_variables(settings, "").items()
        if name not in (PROTOCOL, ENDPOINT)
    )
    ports = settings.ports
    pair = dialect.pair.substitute(
        protocol=PROTOCOL, endpoint=ENDPOINT, grpc=ports.otlp_grpc, http=ports.otlp_http
    )
    header = dialect.header.substitute(
        endpoint=ENDPOINT,
        headers=HEADERS,
        grpc=ports.otlp_grpc,
        http=ports.otlp_http,
        file=dialect.quoted(str(token_file)),
    )
    return "\n".join([*single, pair.lstrip("\n").rstrip("\n"), header.lstrip("\n")])


class _Text(Template):
    """Shells need `$` for themselves."""

    delimiter = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    """How a shell sets one variable, the pair, and the door's header.

    No comments: interactive zsh would run them.
    """

    variable: _Text
    pair: _Text
    header: _Text
    quoted: Callable[[str], str]


_POSIX = _Dialect(
    variable=_Text('export @name="${@name-@value}"'),
    pair=_Text("""
case "${@protocol-grpc}" in
  '' | http/*) export @endpoint="${@endpoint-http://localhost:@http}" ;;
  *) export @endpoint="${@endpoint-http://localhost:@grpc}" ;;
esac
case "${@endpoint%/}" in
  *:4317 | *:@grpc) export @protocol="${@protocol-grpc}" ;;
  *) export @protocol="${@protocol-http/protobuf}" ;;
esac
"""),
    header=_Text("""
claude_otel_token=$(cat @file 2>/dev/null)
case "${@endpoint%/},$claude_otel_token,${@headers-}" in
  *,,* | *,*[Aa]uthorization=*) ;;
  http://localhost:@grpc,* | http://localhost:@http,* | http://127.0.0.1:@grpc,* | http://127.0.0.1:@http,*)
    export @headers="${@headers:+$@headers,}Authorization=Bearer%20$claude_otel_token" ;;
esac
unset claude_otel_token
"""),
    quoted=shlex.quote,
)

_FISH = _Dialect(
    variable=_Text("set -q @name; or set -gx @name '@value'"),
    pair=_Text("""
if not set -q @endpoint
    if set -q @protocol; and string match -qr '^(http/|$)' -- "$@protocol"
        set -gx @endpoint 'http://localhost:@http'
    else
        set -gx @endpoint 'http://localhost:@grpc'
    end
end
if not set -q @protocol
    if string match -qr ':(4317|@grpc)/?$' -- "$@endpoint"
        set -gx @protocol 'grpc'
    else
        set -gx @protocol 'http/protobuf'
    end
end
"""),
    header=_Text("""
set -l claude_otel_token (cat @file 2>/dev/null)
if test -n "$claude_otel_token"
    and string match -qr '^http://(localhost|127[.]0[.]0[.]1):(@grpc|@http)/?$' -- "$@endpoint"
    and not string match -qir 'authorization=' -- "$@headers"
    set -l before (string split -n ',' -- "$@headers")
    set -gx @headers (string join ',' -- $before "Authorization=Bearer%20$claude_otel_token")
end
"""),
    quoted=lambda path: "'" + path.replace("\\", "\\\\").replace("'", "\\'") + "'",
)

_POWERSHELL = _Dialect(
    variable=_Text("if (-not (Test-Path Env:@name)) { $Env:@name = '@value' }"),
    pair=_Text("""
if (-not (Test-Path Env:@endpoint)) {
    if ((Test-Path Env:@protocol) -and ($Env:@protocol -match '^(http/|$)')) {
        $Env:@endpoint = 'http://localhost:@http'
    } else {
        $Env:@endpoint = 'http://localhost:@grpc'
    }
}
if (-not (Test-Path Env:@protocol)) {
    if ($Env:@endpoint -match ':(4317|@grpc)/?$') {
        $Env:@protocol = 'grpc'
    } else {
        $Env:@protocol = 'http/protobuf'
    }
}
"""),
    header=_Text("""
$claudeOtelToken = Get-Content -ErrorAction SilentlyContinue -LiteralPath @file
if ($claudeOtelToken -and ($Env:@headers -notmatch 'authorization=') -and
    ($Env:@endpoint -match '^http://(localhost|127[.]0[.]0[.]1):(@grpc|@http)/?$')) {
    $before = if ($Env:@headers) { "$Env:@headers," } else { '' }
    $Env:@headers = $before + "Authorization=Bearer%20$claudeOtelToken"
}
"""),
    quoted=lambda path: "'" + path.replace("'", "''") + "'",
)

_DIALECTS: Mapping[ShellName, _Dialect] = {
    "bash": _POSIX,
    "zsh": _POSIX,
    "sh": _POSIX,
    "fish": _FISH,
    "powershell": _POWERSHELL,
}
