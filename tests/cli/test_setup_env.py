"""Does what a profile sources, or evaluates, do the right thing in the shells that people have?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from provisioner.client_env import ENDPOINT, PROTOCOL, ShellName, client_variables, doors
from provisioner.client_headers import HEADERS
from provisioner.settings import Settings
from tests.cli.desk import ATTRIBUTES, EXPECTED, MOVED, SHELLS, TOKEN, Desk, Given, new_desk

TEAM = "CLAUDE_OTEL_TEAM"
FOLDER_PROJECT = "project=my%20f%C3%B6lder"


@pytest.fixture(params=["bash", "zsh"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return new_desk(request.param, tmp_path)


@pytest.fixture(params=SHELLS)
def any_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return new_desk(request.param, tmp_path)


@pytest.fixture
def repository(desk: Desk) -> Desk:
    desk.git("init", "--quiet")
    desk.git("symbolic-ref", "HEAD", "refs/heads/main")
    return desk


def test_sourcing_sets_the_clients_variables_and_prints_nothing_however_often(desk: Desk) -> None:
    assert desk.variables('. "$SETUP"') == EXPECTED
    assert desk.variables('. "$SETUP"; . "$SETUP"') == EXPECTED


def test_sourcing_takes_the_default_ports_when_nothing_was_rendered(desk: Desk) -> None:
    (desk.checkout / "build" / "client.sh").unlink()
    assert desk.variables('. "$SETUP"') == client_variables(Settings(), "")


def test_sourcing_works_under_strict_options(desk: Desk) -> None:
    options = "set -eu; set -o noclobber -o pipefail; shopt -s inherit_errexit 2>/dev/null || :"
    given = desk.launch(f'{options}; . "$SETUP"; . "$SETUP"; claude').environment
    assert EXPECTED.items() <= given.items()
    assert given[ATTRIBUTES] == FOLDER_PROJECT


def test_sourcing_works_under_unusual_options_of_zsh(tmp_path: Path) -> None:
    desk = new_desk("zsh", tmp_path)
    options = "setopt ksh_arrays nounset sh_word_split extended_glob glob_subst csh_junkie_quotes"
    given = desk.launch(f'{options}; . "$SETUP"; claude', {TEAM: "a*[b]"}).environment
    assert EXPECTED.items() <= given.items()
    assert given[ATTRIBUTES] == f"{FOLDER_PROJECT},team=a%2A%5Bb%5D"


@pytest.mark.parametrize(
    ("shell", "names"),
    [
        ("bash", "true | true; compgen -v; compgen -A function"),
        ("zsh", "zmodload zsh/parameter; print -l ${(k)parameters} ${(k)functions}"),
    ],
)
def test_sourcing_leaves_only_its_variables_and_functions_behind(
    shell: ShellName, names: str, tmp_path: Path
) -> None:
    done = new_desk(shell, tmp_path).run(f'{names}; {names}; echo --; . "$SETUP"; {names}')
    before, after = (set(part.split()) for part in done.stdout.split("--\n"))
    assert after - before == {*EXPECTED, "claude", "claude_otel_attributes"}


def test_sourcing_finds_the_ports_by_a_relative_path(desk: Desk) -> None:
    given = desk.launch(". ./setup-env.sh; claude", cwd=desk.checkout)
    assert given.environment[ENDPOINT] == EXPECTED[ENDPOINT]


def test_sourcing_in_another_shell_sets_the_variables_alone(tmp_path: Path) -> None:
    desk = new_desk("sh", tmp_path)
    # What lies in the folder one happens to be in is not ours.
    shutil.copytree(desk.checkout / "build", desk.folder / "build")
    root = {"CLAUDE_OTEL_ROOT": str(desk.checkout)}
    assert desk.variables('set -eu; . "$SETUP"', root) == EXPECTED
    if Path(os.path.realpath(shutil.which("sh") or "")).name != "bash":
        assert desk.variables('. "$SETUP"') == client_variables(Settings(), "")
        assert ATTRIBUTES not in desk.launch('. "$SETUP"; claude').environment


@pytest.mark.parametrize("value", ["mine, 'of' course", ""])
def test_what_is_set_stays_even_when_it_is_empty(any_desk: Desk, value: str) -> None:
    theirs = dict.fromkeys(EXPECTED, value)
    assert any_desk.variables(any_desk.printed, theirs) == theirs
    if any_desk.shell != "fish":
        assert any_desk.variables('. "$SETUP"', theirs) == theirs


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ("x-tenant=a", f"x-tenant=a,Authorization=Bearer%20{TOKEN}"),
        ("", f"Authorization=Bearer%20{TOKEN}"),
        ("a=b,authorization=Basic%20eDp5", "a=b,authorization=Basic%20eDp5"),
    ],
)
def test_the_token_comes_after_the_headers_that_are_set(
    any_desk: Desk, theirs: str, expected: str
) -> None:
    root = {"CLAUDE_OTEL_ROOT": str(any_desk.checkout), HEADERS: theirs}
    assert any_desk.variables(any_desk.printed, root)[HEADERS] == expected
    if any_desk.shell != "fish":
        assert any_desk.variables('. "$SETUP"', root)[HEADERS] == expected


def test_without_a_token_there_is_no_header(any_desk: Desk) -> None:
    any_desk.token_file.unlink()
    assert HEADERS not in any_desk.variables(any_desk.printed)
    if any_desk.shell != "fish":
        root = {"CLAUDE_OTEL_ROOT": str(any_desk.checkout)}
        assert HEADERS not in any_desk.variables('. "$SETUP"', root)


@pytest.mark.parametrize(
    ("theirs", "protocol", "endpoint"),
    [
        ({}, "grpc", "http://localhost:24317"),
        ({PROTOCOL: "grpc"}, "grpc", "http://localhost:24317"),
        ({PROTOCOL: "http/json"}, "http/json", "http://localhost:24318"),
        ({PROTOCOL: ""}, "", "http://localhost:24318"),
        ({ENDPOINT: "http://otel:4317/"}, "grpc", "http://otel:4317/"),
        ({ENDPOINT: "http://127.0.0.1:24317"}, "grpc", "http://127.0.0.1:24317"),
        ({ENDPOINT: "http://otel:4318"}, "http/protobuf", "http://otel:4318"),
        ({ENDPOINT: "https://otel.corp"}, "http/protobuf", "https://otel.corp"),
        ({ENDPOINT: ""}, "http/protobuf", ""),
        ({ENDPOINT: "http://otel:4317", PROTOCOL: "http/json"}, "http/json", "http://otel:4317"),
    ],
)
def test_protocol_and_endpoint_stay_a_pair(
    any_desk: Desk, theirs: Mapping[str, str], protocol: str, endpoint: str
) -> None:
    expected = EXPECTED | {PROTOCOL: protocol, ENDPOINT: endpoint}
    if endpoint.rstrip("/") not in doors(MOVED):
        del expected[HEADERS]  # another collector does not get the token
    assert any_desk.variables(any_desk.printed, theirs) == expected
    if any_desk.shell != "fish":
        root = {"CLAUDE_OTEL_ROOT": str(any_desk.checkout)}
        assert any_desk.variables('. "$SETUP"', {**theirs, **root}) == expected


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/acme/widgets.git",
        "https://github.com/Acme/Widgets",
        "https://someone:secret@github.com/acme/widgets/",
        "https://secret@github.com:8443/acme/widgets.git?token=secret",
        "ssh://git@github.com/acme/widgets.git",
        "ssh://git@[::1]:2222/acme/widgets.git",
        "git@github.com:acme/widgets.git",
        "git@github.com:/acme/widgets",
        "git@[::1]:acme/widgets.git",
        "github.com:acme/widgets.git",
    ],
)
def test_project_is_the_owner_and_name_of_the_remote(repository: Desk, remote: str) -> None:
    repository.git("remote", "add", "origin", remote)
    assert repository.attributes() == ["project=acme/widgets", "branch=main"]


def test_project_never_shows_a_password_not_even_of_a_broken_remote(repository: Desk) -> None:
    repository.git("remote", "add", "origin", "https://someone:se/cret@github.com/acme/widgets")
    assert "cret" not in "".join(repository.attributes())


def test_project_keeps_nested_groups(repository: Desk) -> None:
    repository.git("remote", "add", "origin", "git@gitlab.com:group/team/tools/widgets.git")
    assert repository.attributes() == ["project=group/team/tools/widgets", "branch=main"]


@pytest.mark.parametrize("remote", ["", "/srv/widgets.git", "../widgets", "file:///srv/w", "C:/w"])
def test_project_is_the_top_folder_where_no_remote_names_an_owner(
    repository: Desk, remote: str
) -> None:
    if remote:
        repository.git("remote", "add", "origin", remote)
    inside = repository.folder / "src" / "deep"
    inside.mkdir(parents=True)
    assert repository.attributes(cwd=inside) == [FOLDER_PROJECT, "branch=main"]


def test_project_is_the_folder_without_a_repository_or_without_git(desk: Desk) -> None:
    programs, *_ = desk.environment["PATH"].split(os.pathsep)
    assert desk.attributes() == [FOLDER_PROJECT]
    assert desk.attributes({"PATH": programs}) == [FOLDER_PROJECT]


def test_branch_is_left_out_when_the_head_is_detached(repository: Desk) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    repository.git(*identity, "commit", "--quiet", "--allow-empty", "--message=one")
    repository.git("checkout", "--quiet", "-b", "feature/ünï#1")
    assert repository.attributes() == [FOLDER_PROJECT, "branch=feature/%C3%BCn%C3%AF%231"]
    repository.git("checkout", "--quiet", "--detach")
    assert repository.attributes() == [FOLDER_PROJECT]


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_encoding_decodes_to_what_it_was(desk: Desk, locale: str) -> None:
    team = "".join(map(chr, range(1, 127))) + "ünï 日本 🦀"
    _, attribute = desk.attributes({TEAM: team, "LC_ALL": locale})
    encoded = attribute.removeprefix("team=")
    assert unquote(encoded, errors="strict") == team
    assert encoded.isascii()
    assert not set(encoded) & set("\t\n \"',;\\=")


@pytest.mark.parametrize(("theirs", "ours"), [(9, 3), (10, 2), (11, 1), (12, 0), (13, 0)])
def test_attributes_are_never_more_than_twelve_because_of_us(
    repository: Desk, theirs: int, ours: int
) -> None:
    given = [f"key{number}=v" for number in range(theirs)]
    attributes = repository.attributes({ATTRIBUTES: ",".join(given), TEAM: "core"})
    assert attributes == [*given, *[FOLDER_PROJECT, "team=core", "branch=main"][:ours]]


@pytest.mark.parametrize("theirs", ["project=mine,x=1", "x=1, project=mine", "x=1,project=mine,"])
def test_attributes_of_the_person_win(repository: Desk, theirs: str) -> None:
    attributes = repository.attributes({ATTRIBUTES: theirs})
    assert attributes == [*theirs.rstrip(",").split(","), "branch=main"]


def test_attributes_last_for_one_launch(desk: Desk) -> None:
    script = '. "$SETUP"; claude >&2; echo "<${OTEL_RESOURCE_ATTRIBUTES-unset}>"'
    assert desk.run(script).stdout == "<unset>\n"
    assert desk.run(script, {ATTRIBUTES: "a=b"}).stdout == "<a=b>\n"


def test_function_is_not_defined_when_switched_off(desk: Desk) -> None:
    script = '. "$SETUP"; typeset -f claude claude_otel_attributes; claude'
    assert ATTRIBUTES not in desk.launch(script, {"CLAUDE_OTEL_WRAP": "0"}).environment


def test_function_adds_nothing_when_switched_off_later(desk: Desk) -> None:
    given = desk.launch('. "$SETUP"; CLAUDE_OTEL_WRAP=0; claude', {ATTRIBUTES: "a=b,"})
    assert given.environment[ATTRIBUTES] == "a=b,"


@pytest.mark.parametrize(
    "own",
    [
        'claude() { command claude mine "$@"; }',
        'alias claude="claude mine"; [ -n "$ZSH_VERSION" ] || shopt -s expand_aliases',
    ],
)
def test_function_or_alias_of_the_person_stays(desk: Desk, own: str) -> None:
    given = desk.launch(f'{own}\n. "$SETUP"\neval "claude now"')
    assert given.arguments == ["mine", "now"]
    assert ATTRIBUTES not in given.environment


def test_function_passes_arguments_input_and_exit_status_on(desk: Desk) -> None:
    script = '. "$SETUP"; claude -p "two words" "" "*" "a\\b"'
    done = desk.run(script, {"CLIENT_EXIT": "42"}, stdin="typed\nin")
    given = Given.read(done.stdout)
    assert given.arguments == ["-p", "two words", "", "*", "a\\b"]
    assert given.stdin == "typed\nin"
    assert (done.returncode, done.stderr) == (42, "")


def test_function_says_which_signal_ended_the_client(desk: Desk) -> None:
    done = desk.run('. "$SETUP"; claude; echo "$?" >&2', {"CLIENT_SIGNAL": "15"})
    assert done.stderr.split()[-1] == "143"
