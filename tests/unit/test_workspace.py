"""Which stack is meant, from where the command was started?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner import workspace as workspace_module
from provisioner.errors import RootNotFound
from provisioner.files import write_atomically
from provisioner.workspace import Workspace, open_workspace, settings_anywhere


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Data folders are the test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def _open(root: Path, **environ: str) -> Workspace:
    return open_workspace({"CLAUDE_OTEL_ROOT": str(root), **environ})


def test_the_root_is_where_the_variable_says(checkout: Path) -> None:
    assert _open(checkout).root == checkout.resolve()


def test_the_root_is_where_the_command_was_started(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    assert open_workspace({}).root == checkout.resolve()


def test_the_root_is_the_checkout_of_this_code_from_anywhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = open_workspace({"STACK_PROJECT": "elsewhere"})
    assert found.root == Path(workspace_module.__file__).parents[1]


def test_a_variable_that_names_no_checkout_is_an_error_not_a_hint(tmp_path: Path) -> None:
    with pytest.raises(RootNotFound, match="CLAUDE_OTEL_ROOT") as caught:
        _open(tmp_path)
    assert caught.value.tried == (str(tmp_path),)


def test_without_any_checkout_all_places_that_were_tried_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workspace_module, "__file__", str(tmp_path / "site" / "p" / "w.py"))
    with pytest.raises(RootNotFound) as caught:
        open_workspace({})
    assert caught.value.tried == (str(tmp_path), str(tmp_path / "site"))


def test_home_is_a_folder_of_the_users_data_named_after_the_project(
    checkout: Path, tmp_path: Path
) -> None:
    assert _open(checkout).home == (tmp_path / "data" / "claude-otel" / "claude-otel").resolve()


def test_home_is_where_the_settings_say(checkout: Path, tmp_path: Path) -> None:
    assert _open(checkout, STACK_DATA_DIR=str(tmp_path / "mine")).home == tmp_path / "mine"


def test_a_relative_home_is_below_the_checkout_from_wherever_it_is_started(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _open(checkout, STACK_DATA_DIR="mine").home == checkout.resolve() / "mine"


def test_a_tilde_in_home_is_the_users_folder(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ann"))
    assert _open(checkout, STACK_DATA_DIR="~/mine").home == tmp_path / "ann" / "mine"


def test_rendered_files_of_the_checkouts_own_stack_are_in_build(checkout: Path) -> None:
    write_atomically(checkout / "stack.yaml", "project: ours\n")
    assert _open(checkout).build == checkout.resolve() / "build"


def test_a_second_stack_does_not_overwrite_what_the_shell_profile_reads(checkout: Path) -> None:
    assert _open(checkout, STACK_PROJECT="second").build == checkout.resolve() / "build-second"


def test_the_environment_puts_right_what_is_wrong_in_a_file(checkout: Path) -> None:
    write_atomically(checkout / ".env", "LOKI_PORT=many\n")
    assert _open(checkout, LOKI_PORT="23100").settings.ports.loki == 23100


def test_a_url_is_on_the_loopback_at_the_port_of_the_settings(workspace: Workspace) -> None:
    assert workspace.url("loki") == f"http://127.0.0.1:{workspace.settings.ports.loki}"


def test_settings_are_those_of_the_checkout_where_there_is_one(checkout: Path) -> None:
    write_atomically(checkout / ".env", "LOKI_PORT=23100\n")
    assert settings_anywhere({"CLAUDE_OTEL_ROOT": str(checkout)}).ports.loki == 23100


def test_without_a_checkout_the_environment_says_what_is_not_as_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    installed = tmp_path / "site-packages" / "provisioner" / "workspace.py"
    monkeypatch.setattr("provisioner.workspace.__file__", str(installed))
    ports = settings_anywhere({"LOKI_PORT": "23100"}).ports
    assert (ports.loki, ports.otlp_grpc) == (23100, 14317)


def test_a_checkout_that_was_asked_for_by_name_is_not_done_without(tmp_path: Path) -> None:
    with pytest.raises(RootNotFound):
        settings_anywhere({"CLAUDE_OTEL_ROOT": str(tmp_path)})
