"""Does what a profile sources, or evaluates, do the right thing in the shells people have?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from provisioner.client_env import ShellName, client_shell_file, client_variables, render_env
from provisioner.settings import Ports, Settings

SETUP = Path(__file__).parents[2] / "setup-env.sh"
MOVED = Settings(ports=Ports(otlp_grpc=24317, otlp_http=24318))
PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"

# Each starts without the profiles of whoever runs the tests.
SHELLS: Mapping[ShellName, tuple[str, ...]] = {
    "bash": ("bash", "--noprofile", "--norc", "-c"),
    "zsh": ("zsh", "-f", "-c"),
    "fish": ("fish", "--no-config", "-c"),
    "sh": ("sh", "-c"),
}

# Stands in for the client: says what it was given. CLIENT_EXIT is what it ends with.
CLIENT = f"""#!{sys.executable} -I
import json, os, signal, sys
given = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "stdin": sys.stdin.read()}}
print(json.dumps(given), flush=True)
if "CLIENT_SIGNAL" in os.environ:
    os.kill(os.getpid(), getattr(signal, os.environ["CLIENT_SIGNAL"]))
sys.exit(int(os.environ.get("CLIENT_EXIT", 0)))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Somebody's machine: a checkout, the client on PATH, a folder to work in."""

    shell: ShellName
    checkout: Path
    folder: Path
    environment: Mapping[str, str]

    def run(
        self,
        script: str,
        *,
        stdin: str = "",
        cwd: Path | None = None,
        **variables: str,
    ) -> subprocess.CompletedProcess[str]:
        command, *options = SHELLS[self.shell]
        path = shutil.which(command)
        if path is None:
            pytest.fail(f"{command} is not installed: install it, these tests run the real shell")
        return subprocess.run(
            [path, *options, script],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=cwd or self.folder,
            env={**self.environment, **variables},
        )

    def launch(self, script: str, **variables: str) -> dict[str, Any]:
        """What the client was given by a script that starts it once; nothing else was printed."""
        done = self.run(script, **variables)
        assert done.stderr == ""
        given: dict[str, Any] = json.loads(done.stdout)
        return given

    def variables(self, script: str, **variables: str) -> dict[str, str]:
        """The client's variables after a script."""
        given = self.launch(f"{script}\ncommand claude", **variables)["environment"]
        return {name: given[name] for name in client_variables(MOVED) if name in given}

    def attributes(self, **variables: str) -> list[str]:
        """The resource attributes that the function hands to the client."""
        given = self.launch('. "$SETUP"; claude', **variables)["environment"]
        return [attribute for attribute in given[ATTRIBUTES].split(",") if attribute]

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, cwd=self.folder, env=self.environment)


def new_desk(shell: ShellName, tmp_path: Path) -> Desk:
    checkout, folder, programs = (
        tmp_path / name for name in ("check out é 100% $x", "my földer", "bin")
    )
    for directory in (checkout / "build", folder, programs):
        directory.mkdir(parents=True)
    shutil.copy(SETUP, checkout)
    (checkout / "build" / "client.sh").write_text(client_shell_file(MOVED), encoding="utf-8")
    (programs / "claude").write_text(CLIENT, encoding="utf-8")
    (programs / "claude").chmod(0o755)
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        "SETUP": str(checkout / SETUP.name),
    }
    return Desk(shell=shell, checkout=checkout, folder=folder, environment=environment)


@pytest.fixture(params=["bash", "zsh"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return new_desk(request.param, tmp_path)


@pytest.fixture(params=["bash", "zsh", "fish", "sh"])
def any_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return new_desk(request.param, tmp_path)


@pytest.fixture
def repository(desk: Desk) -> Desk:
    desk.git("init", "--quiet")
    desk.git("symbolic-ref", "HEAD", "refs/heads/main")
    return desk


def test_sourcing_sets_the_clients_variables_once_and_prints_nothing(desk: Desk) -> None:
    once = desk.variables('. "$SETUP"')
    twice = desk.variables('. "$SETUP"; . "$SETUP"')
    assert once == twice == client_variables(MOVED)


def test_sourcing_needs_no_rendered_file_when_the_ports_are_the_defaults(desk: Desk) -> None:
    (desk.checkout / "build" / "client.sh").unlink()
    assert desk.variables('. "$SETUP"') == client_variables(Settings())


@pytest.mark.parametrize("options", ["set -eu", "set -o noclobber -o nounset -o errexit"])
def test_sourcing_works_under_strict_options(desk: Desk, options: str) -> None:
    assert desk.variables(f'{options}; . "$SETUP"; . "$SETUP"') == client_variables(MOVED)
    given = desk.launch(f'{options}; . "$SETUP"; claude')
    assert given["environment"][ATTRIBUTES] == "project=my%20f%C3%B6lder"


def test_sourcing_works_under_unusual_options_of_zsh(tmp_path: Path) -> None:
    desk = new_desk("zsh", tmp_path)
    options = "setopt ksh_arrays nounset sh_word_split extended_glob glob_subst csh_junkie_quotes"
    assert desk.variables(f'{options}; . "$SETUP"') == client_variables(MOVED)
    given = desk.launch(f'{options}; . "$SETUP"; claude', CLAUDE_OTEL_TEAM="a*[b]")
    assert given["environment"][ATTRIBUTES].endswith(",team=a%2A%5Bb%5D")


@pytest.mark.parametrize(
    ("shell", "names"),
    [
        ("bash", "compgen -v; compgen -A function"),
        ("zsh", "zmodload zsh/parameter; print -l ${(k)parameters} ${(k)functions}"),
    ],
)
def test_sourcing_leaves_nothing_behind_but_its_variables_and_functions(
    shell: ShellName, names: str, tmp_path: Path
) -> None:
    desk = new_desk(shell, tmp_path)
    listed = desk.run(f'{names}; echo --; . "$SETUP"; {names}').stdout.split("--\n")
    before, after = (set(part.split()) for part in listed)
    assert after - before == {*client_variables(MOVED), "claude", "claude_otel_attributes"}


def test_sourcing_finds_its_folder_by_a_relative_path(desk: Desk) -> None:
    (script,) = {f'. "./{SETUP.name}"; command claude'}
    done = desk.run(script, cwd=desk.checkout)
    assert json.loads(done.stdout)["environment"][ENDPOINT] == "http://localhost:24317"


def test_another_shell_gets_the_variables_and_no_function(tmp_path: Path) -> None:
    desk = new_desk("sh", tmp_path)
    # A build/ in the folder one happens to be in is not ours.
    shutil.copytree(desk.checkout / "build", desk.folder / "build")
    here = {"CLAUDE_OTEL_ROOT": str(desk.checkout)}
    assert desk.variables('set -eu; . "$SETUP"', **here) == client_variables(MOVED)


@pytest.mark.parametrize("name", client_variables(MOVED))
def test_sourcing_keeps_what_is_set_even_when_it_is_empty(desk: Desk, name: str) -> None:
    for value in ("mine, of course", ""):
        assert desk.variables('. "$SETUP"', **{name: value})[name] == value


@pytest.mark.parametrize(
    ("theirs", "protocol", "endpoint"),
    [
        ({}, "grpc", "http://localhost:24317"),
        ({PROTOCOL: "grpc"}, "grpc", "http://localhost:24317"),
        ({PROTOCOL: "http/json"}, "http/json", "http://localhost:24318"),
        ({PROTOCOL: "http/protobuf"}, "http/protobuf", "http://localhost:24318"),
        ({PROTOCOL: ""}, "", "http://localhost:24318"),
        ({ENDPOINT: "http://otel:4317"}, "grpc", "http://otel:4317"),
        ({ENDPOINT: "http://otel:4317/"}, "grpc", "http://otel:4317/"),
        ({ENDPOINT: "http://127.0.0.1:24317"}, "grpc", "http://127.0.0.1:24317"),
        ({ENDPOINT: "http://otel:4318"}, "http/protobuf", "http://otel:4318"),
        ({ENDPOINT: "https://otel.corp"}, "http/protobuf", "https://otel.corp"),
        ({ENDPOINT: ""}, "http/protobuf", ""),
        ({ENDPOINT: "http://otel:1", PROTOCOL: "grpc"}, "grpc", "http://otel:1"),
        ({ENDPOINT: "http://o:4317", PROTOCOL: "http/json"}, "http/json", "http://o:4317"),
    ],
)
def test_protocol_and_endpoint_stay_a_pair(
    any_desk: Desk, theirs: Mapping[str, str], protocol: str, endpoint: str
) -> None:
    scripts = [render_env(MOVED, any_desk.shell)]
    if any_desk.shell != "fish":
        scripts.append(f"CLAUDE_OTEL_ROOT='{any_desk.checkout}'; . \"$SETUP\"")
    expected = client_variables(MOVED) | {PROTOCOL: protocol, ENDPOINT: endpoint}
    for script in scripts:
        assert any_desk.variables(script, **theirs) == expected


@pytest.mark.parametrize("name", client_variables(MOVED))
def test_evaluating_keeps_what_is_set_even_when_it_is_empty(any_desk: Desk, name: str) -> None:
    script = render_env(MOVED, any_desk.shell)
    for value in ("mine, of course", ""):
        assert any_desk.variables(script, **{name: value})[name] == value


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/acme/widgets.git",
        "https://github.com/Acme/Widgets",
        "https://github.com/acme/widgets/",
        "https://someone:secret@github.com/acme/widgets.git",
        "https://secret@github.com:8443/acme/widgets.git?token=secret",
        "ssh://git@github.com/acme/widgets.git",
        "ssh://git@[::1]:2222/acme/widgets.git",
        "git://github.com/acme/widgets.git",
        "git@github.com:acme/widgets.git",
        "git@github.com:/acme/widgets",
        "git@[::1]:acme/widgets.git",
        "github.com:acme/widgets.git",
    ],
)
def test_project_is_the_owner_and_name_of_the_remote(repository: Desk, remote: str) -> None:
    repository.git("remote", "add", "origin", remote)
    assert repository.attributes() == ["project=acme/widgets", "branch=main"]


def test_project_keeps_nested_groups(repository: Desk) -> None:
    repository.git("remote", "add", "origin", "git@gitlab.com:group/team/tools/widgets.git")
    assert repository.attributes() == ["project=group/team/tools/widgets", "branch=main"]


@pytest.mark.parametrize(
    "remote", ["", "/srv/git/widgets.git", "../widgets", "file:///srv/widgets.git", "C:/widgets"]
)
def test_project_is_the_top_folder_where_the_remote_names_no_owner(
    repository: Desk, remote: str
) -> None:
    if remote:
        repository.git("remote", "add", "origin", remote)
    inside = repository.folder / "src" / "deep"
    inside.mkdir(parents=True)
    done = repository.run('. "$SETUP"; claude', cwd=inside)
    attributes = json.loads(done.stdout)["environment"][ATTRIBUTES]
    assert attributes == "project=my%20f%C3%B6lder,branch=main"


@pytest.mark.parametrize("path", [None, ""])
def test_project_is_the_folder_without_a_repository_or_without_git(
    desk: Desk, path: str | None
) -> None:
    programs = desk.environment["PATH"].partition(os.pathsep)[0]
    variables = {} if path is None else {"PATH": programs}
    assert desk.attributes(**variables) == ["project=my%20f%C3%B6lder"]


def test_branch_is_left_out_when_the_head_is_detached(repository: Desk) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    repository.git(*identity, "commit", "--quiet", "--allow-empty", "--message=one")
    repository.git("checkout", "--quiet", "-b", "feature/ünï~1".replace("~", "-"))
    assert repository.attributes()[-1] == "branch=feature/%C3%BCn%C3%AF-1"
    repository.git("checkout", "--quiet", "--detach")
    assert repository.attributes() == ["project=my%20f%C3%B6lder"]


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_encoding_comes_back_as_what_it_was(desk: Desk, locale: str) -> None:
    team = "".join(map(chr, range(1, 127))) + "ünï 日本 🦀"
    _, attribute = desk.attributes(CLAUDE_OTEL_TEAM=team, LC_ALL=locale)
    encoded = attribute.removeprefix("team=")
    assert encoded.isascii()
    assert not set(encoded) & set("\t\n \"',;\\=")
    assert unquote(encoded, errors="strict") == team


@pytest.mark.parametrize(("theirs", "ours"), [(9, 3), (10, 2), (11, 1), (12, 0), (13, 0), (0, 3)])
def test_attributes_are_never_more_than_twelve_because_of_us(
    repository: Desk, theirs: int, ours: int
) -> None:
    given = [f"key{number}=v" for number in range(theirs)]
    attributes = repository.attributes(**{ATTRIBUTES: ",".join(given), "CLAUDE_OTEL_TEAM": "core"})
    added = ["project=my%20f%C3%B6lder", "team=core", "branch=main"]
    assert attributes == [*given, *added[:ours]]


@pytest.mark.parametrize("theirs", ["project=mine,x=1", "x=1, project=mine", "x=1,project=mine,"])
def test_attributes_of_the_person_win(repository: Desk, theirs: str) -> None:
    attributes = repository.attributes(**{ATTRIBUTES: theirs})
    assert attributes == [*theirs.rstrip(",").split(","), "branch=main"]


def test_attributes_last_for_one_launch(desk: Desk) -> None:
    script = '. "$SETUP"; claude >&2; echo "<${OTEL_RESOURCE_ATTRIBUTES-unset}>"'
    assert desk.run(script).stdout == "<unset>\n"
    assert desk.run(script, **{ATTRIBUTES: "a=b"}).stdout == "<a=b>\n"


def test_function_is_not_defined_when_switched_off(desk: Desk) -> None:
    script = '. "$SETUP"; typeset -f claude claude_otel_attributes; command claude'
    given = desk.launch(script, CLAUDE_OTEL_WRAP="0")
    assert ATTRIBUTES not in given["environment"]


def test_function_adds_nothing_when_switched_off_later(desk: Desk) -> None:
    given = desk.launch('. "$SETUP"; CLAUDE_OTEL_WRAP=0; claude', **{ATTRIBUTES: "a=b,"})
    assert given["environment"][ATTRIBUTES] == "a=b,"


def test_function_of_the_person_stays(desk: Desk) -> None:
    given = desk.launch('claude() { command claude mine "$@"; }; . "$SETUP"; claude now')
    assert given["arguments"] == ["mine", "now"]
    assert ATTRIBUTES not in given["environment"]


def test_alias_of_the_person_stays(desk: Desk) -> None:
    aliases = {"bash": "shopt -s expand_aliases", "zsh": "setopt aliases"}[desk.shell]
    given = desk.launch(f'{aliases}\nalias claude="claude mine"\n. "$SETUP"\neval "claude now"')
    assert given["arguments"] == ["mine", "now"]
    assert ATTRIBUTES not in given["environment"]


def test_function_passes_arguments_input_and_exit_status(desk: Desk) -> None:
    script = '. "$SETUP"; claude -p "two words" "" "*" "a\\b"'
    done = desk.run(script, stdin="typed\nin", CLIENT_EXIT="42")
    given = json.loads(done.stdout)
    assert given["arguments"] == ["-p", "two words", "", "*", "a\\b"]
    assert given["stdin"] == "typed\nin"
    assert (done.returncode, done.stderr) == (42, "")


def test_function_reports_a_client_that_a_signal_ended(desk: Desk) -> None:
    done = desk.run('. "$SETUP"; claude; echo "$?" >&2', CLIENT_SIGNAL="SIGUSR1")
    assert done.stderr.split()[-1] == str(128 + 10 if sys.platform == "linux" else 128 + 30)
