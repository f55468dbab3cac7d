"""Are settings merged in the right order, and all that is wrong with them told at once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.errors import SettingsError
from provisioner.settings import Settings, load_settings

DIGEST = "sha256:" + "a" * 64


def _load(root: Path, *, yaml: str = "", dotenv: str = "", **environ: str) -> Settings:
    (root / "stack.yaml").write_text(yaml, encoding="utf-8")
    (root / ".env").write_text(dotenv, encoding="utf-8")
    return load_settings(root, environ)


def _problems(root: Path, *, yaml: str = "", dotenv: str = "", **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        _load(root, yaml=yaml, dotenv=dotenv, **environ)
    return [str(problem) for problem in caught.value.problems]


def test_without_files_and_variables_settings_are_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings()


def test_empty_files_change_nothing(tmp_path: Path) -> None:
    assert _load(tmp_path, yaml="# nothing yet\n", dotenv="\n# nothing yet\n") == Settings()


def test_dotenv_wins_over_the_file_and_the_environment_over_both(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        yaml="ports: {grafana: 1001, loki: 1002, prometheus: 1003}",
        dotenv="LOKI_PORT=2002\nPROMETHEUS_PORT=2003\n",
        PROMETHEUS_PORT="3003",
    )
    ports = found.ports
    assert (ports.grafana, ports.loki, ports.prometheus) == (1001, 2002, 3003)


def test_every_problem_of_every_source_is_told_at_once(tmp_path: Path) -> None:
    assert _problems(
        tmp_path,
        yaml="project: Bad Name\nidentity: nobody\nports: {grafana: many}\nloki: {memory: 3}\n",
        dotenv="GRAFANA_PROT=1\nSTACK_KEEP_CONTENT=maybe\n",
        LOKI_RETENTION_DAYS="0",
        STACK_DATA_DIR="",
    ) == [
        ".env: GRAFANA_PROT = '1': expected a known setting; did you mean GRAFANA_PORT?",
        "stack.yaml: project = 'Bad Name': expected text that matches ^[a-z0-9][a-z0-9_-]{0,40}$",
        "stack.yaml: identity = 'nobody': expected 'email', 'hash' or 'none'",
        ".env: STACK_KEEP_CONTENT = 'maybe': expected true or false",
        "stack.yaml: ports.grafana = 'many': expected a whole number",
        "environment: LOKI_RETENTION_DAYS = '0': expected greater than or equal to 1",
        "stack.yaml: loki.memory = 3: expected a known setting; did you mean loki.memory_mb?",
    ]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("a: [", "stack.yaml: the file: expected YAML (while parsing a flow node"),
        ("- a\n- b", "stack.yaml: the file: expected a mapping of settings"),
        ("ports: 5", "stack.yaml: ports = 5: expected a mapping of settings"),
        ("ports: {loki: {a: 1}}", "stack.yaml: ports.loki = {'a': 1}: expected a whole number"),
        ("ports: {loki: 1.5}", "stack.yaml: ports.loki = 1.5: expected a whole number"),
        ("ports: {loki: 70000}", "stack.yaml: ports.loki = 70000: expected less than or equal to"),
        ("grafana: {home: 3}", "stack.yaml: grafana.home = 3: expected a path"),
        ("project: 3", "stack.yaml: project = 3: expected text"),
        ("7: 8", "stack.yaml: 7 = 8: expected a known setting"),
        ("loki: {image: loki}", "stack.yaml: loki.image = 'loki': expected text that matches"),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(tmp_path: Path, yaml: str, expected: str) -> None:
    (problem,) = _problems(tmp_path, yaml=yaml)
    assert problem.startswith(expected)


@pytest.mark.parametrize("name", ["stack.yaml", ".env"])
def test_a_file_that_is_no_text_is_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe: 1\n")
    with pytest.raises(SettingsError, match=rf"{name}: the file: expected"):
        load_settings(tmp_path, {})


def test_one_port_for_two_listeners_is_refused(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, yaml="ports: {loki: 14317}")
    assert problem.endswith("expected a port of its own for each, but [14317] is there twice")


@pytest.mark.parametrize("empty", ["data_dir:", "project:", "ports:", "loki: {image: }"])
def test_an_empty_value_in_the_file_means_not_set(tmp_path: Path, empty: str) -> None:
    assert _load(tmp_path, yaml=empty) == Settings()


def test_an_empty_variable_means_not_set(tmp_path: Path) -> None:
    found = _load(tmp_path, yaml="ports: {loki: 1002}", dotenv="LOKI_PORT=\n", LOKI_PORT="")
    assert found.ports.loki == 1002


def test_variables_of_docker_and_of_the_client_may_stand_in_dotenv(tmp_path: Path) -> None:
    assert _load(tmp_path, dotenv="COMPOSE_BAKE=1\nDOCKER_HOST=x\nOTEL_X=1\n") == Settings()


def test_unknown_variables_of_the_environment_are_none_of_our_business(tmp_path: Path) -> None:
    assert _load(tmp_path, GRAFANA_PROT="1") == Settings()


def test_dotenv_takes_values_as_they_stand(tmp_path: Path) -> None:
    found = _load(tmp_path, dotenv="STACK_DATA_DIR='/srv/$HOME x'\n")
    assert found.data_dir == Path("/srv/$HOME x")


def test_another_image_is_not_held_to_the_digest_of_the_default(tmp_path: Path) -> None:
    found = _load(tmp_path, COLLECTOR_IMAGE="mirror.example/otel:1.0")
    assert found.collector.reference == "mirror.example/otel:1.0"


def test_another_image_keeps_a_digest_of_its_own(tmp_path: Path) -> None:
    found = _load(tmp_path, yaml="collector: {image: 'a/b:1'}", COLLECTOR_DIGEST=DIGEST)
    assert found.collector.reference == f"a/b:1@{DIGEST}"
