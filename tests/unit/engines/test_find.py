"""Are engines found in the cache first, then on PATH, and only at their pinned version?"""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.engines.cache import binary_directory
from provisioner.engines.catalogue import CollectorBuild, Engine
from provisioner.engines.find import find, find_cached, find_grafana, find_on_path
from provisioner.engines.target import Target, host_target
from provisioner.errors import EngineUnavailable

from .conftest import WriteProgram

ELSEWHERE = Target(goos="plan9", goarch="mips")
LOKI_SAYS = 'echo "loki, version 3.7.8 (branch: , revision: unknown)"'


def _executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _cached(engine: Engine, target: Target, root: Path) -> Path:
    directory = binary_directory(engine, target, root)
    for name in engine.binaries:
        _executable(directory / name)
    return directory


def test_find_prefers_the_cache_to_path(
    loki: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("loki", LOKI_SAYS)
    directory = _cached(loki, host_target(), tmp_path)
    found = find(loki, host_target(), tmp_path)
    assert found is not None
    assert (found.origin, found.paths) == ("cache", {"loki": directory / "loki"})


def test_find_takes_the_pinned_version_from_path(
    loki: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    program = write_program("loki", LOKI_SAYS)
    found = find(loki, host_target(), tmp_path)
    assert found is not None
    assert (found.origin, found.version, found.paths) == ("path", "3.7.8", {"loki": program})


def test_find_asks_in_the_way_the_engine_understands(
    loki: Engine, write_program: WriteProgram
) -> None:
    write_program("loki", f'[ "$*" = -version ] && {LOKI_SAYS} >&2')
    assert find_on_path(loki, host_target()) is not None


@pytest.mark.parametrize(
    "script",
    [
        'echo "loki, version 3.7.80 (branch: , revision: unknown)"',
        'echo "loki, version 3.7.8-rc.1"',
        'echo "a game about mischief"',
        "exit 3",
    ],
)
def test_find_passes_over_another_version_on_path(
    loki: Engine, tmp_path: Path, write_program: WriteProgram, script: str
) -> None:
    write_program("loki", script)
    assert find(loki, host_target(), tmp_path) is None


def test_find_passes_over_a_file_that_cannot_run(loki: Engine, write_program: WriteProgram) -> None:
    write_program("loki", "").write_bytes(b"\x7fELF of another world")
    assert find_on_path(loki, host_target()) is None


def test_find_wants_all_programs_of_an_engine(
    prometheus: Engine, write_program: WriteProgram
) -> None:
    write_program("prometheus", 'echo "prometheus, version 3.16.0"')
    assert find_on_path(prometheus, host_target()) is None


def test_find_looks_on_path_for_this_machine_only(
    loki: Engine, tmp_path: Path, write_program: WriteProgram
) -> None:
    write_program("loki", LOKI_SAYS)
    assert find(loki, ELSEWHERE, tmp_path) is None


def test_find_knows_binaries_for_another_machine_in_the_cache(loki: Engine, tmp_path: Path) -> None:
    _cached(loki, ELSEWHERE, tmp_path)
    assert find(loki, ELSEWHERE, tmp_path) is not None


def test_cache_without_one_of_the_programs_holds_nothing(
    prometheus: Engine, tmp_path: Path
) -> None:
    (_cached(prometheus, host_target(), tmp_path) / "promtool").unlink()
    assert find_cached(prometheus, host_target(), tmp_path) is None


def _collector_script(version: str, components: list[str]) -> str:
    listed = "\\n".join(f"module: {component}" for component in components)
    return f"""
    case "$1" in
      --version) echo "otelcol-contrib version {version}" ;;
      components) printf '{listed}\\n' ;;
    esac"""


def _components(collector: Engine) -> list[str]:
    assert isinstance(collector.recipe, CollectorBuild)
    return [component for part in collector.recipe.sections.values() for component in part]


def test_find_knows_upstreams_name_of_the_collector(
    collector: Engine, write_program: WriteProgram
) -> None:
    script = _collector_script("0.161.0", _components(collector))
    program = write_program("otelcol-contrib", script)
    found = find_on_path(collector, host_target())
    assert found is not None
    assert found.paths == {"otelcol": program}


def test_find_passes_over_a_collector_that_lacks_components(
    collector: Engine, write_program: WriteProgram
) -> None:
    write_program("otelcol", _collector_script("0.161.0", _components(collector)[1:]))
    assert find_on_path(collector, host_target()) is None


def _grafana(home: Path) -> Path:
    (home / "public").mkdir(parents=True)
    (home / "conf").mkdir()
    (home / "conf" / "defaults.ini").touch()
    return home


@pytest.mark.parametrize("place", ["bin/grafana", f"bin/{host_target()}/grafana"])
def test_grafana_is_found_in_its_home(tmp_path: Path, place: str) -> None:
    home = _grafana(tmp_path / "grafana")
    binary = _executable(home / place)
    found = find_grafana(home)
    assert found is not None
    assert (found.home, found.binary, found.origin) == (home, binary, "GRAFANA_HOME")


def test_grafana_home_without_its_parts_is_an_error_that_names_them(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        find_grafana(tmp_path)
    assert str(caught.value) == (
        "grafana: cannot be had here.\n"
        f"  GRAFANA_HOME={tmp_path}: bin/grafana (or bin/{host_target()}/grafana) is missing\n"
        f"  GRAFANA_HOME={tmp_path}: public/ is missing\n"
        f"  GRAFANA_HOME={tmp_path}: conf/defaults.ini is missing\n"
        "  next: point GRAFANA_HOME at the directory of an unpacked Grafana, "
        "or unset it to run the stack without"
    )


def test_grafana_home_with_a_binary_only_lacks_the_rest(tmp_path: Path) -> None:
    _executable(tmp_path / "bin" / "grafana")
    with pytest.raises(EngineUnavailable) as caught:
        find_grafana(tmp_path)
    assert len(caught.value.tried) == 2


def test_grafana_of_a_package_is_found_with_its_program_on_path(
    tmp_path: Path, write_program: WriteProgram
) -> None:
    home = _grafana(tmp_path / "share")
    program = write_program("grafana", "")
    found = find_grafana(None, package_home=home)
    assert found is not None
    assert (found.home, found.binary, found.origin) == (home, program, "package")


@pytest.mark.usefixtures("programs")
def test_grafana_of_a_package_without_a_program_is_none(tmp_path: Path) -> None:
    assert find_grafana(None, package_home=_grafana(tmp_path / "share")) is None


def test_grafana_is_none_when_nothing_is_installed(tmp_path: Path) -> None:
    assert find_grafana(None, package_home=tmp_path) is None
