"""Does the code keep the shape that makes it easy to find one's way in?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "provisioner"
TESTS = ROOT / "tests" / "unit"
MODULES = sorted(PACKAGE.rglob("*.py"))

LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 8
LONGEST_MODULE = 300

LONGER = {
    "event_attributes": "one table, as telemetry",
    "telemetry": "one table: the catalogue, which is read from top to bottom and has no logic",
}
"""Modules that may be longer, and why."""

_BOARDS = tuple(
    f"dashboards.boards.{name}"
    for name in (
        "cost",
        "events",
        "health",
        "health_rows",
        "moments",
        "overview",
        "performance",
        "productivity",
        "quality",
        "session",
        "session_rows",
        "sessions",
        "tools",
    )
)
_SHOWN = "asserted as a person sees it, in tests/cli"
_PLAYED = "what it writes is held to sense in demo/test_session.py"
_KEPT = "tests/stack/test_keep.py asserts what it makes of engines under traffic"
_ENTERED = "run with the real engines and the real client in tests/stack/test_reconcile.py"
WITHOUT_A_TEST = {
    "__main__": "one line, run by every story of tests/cli",
    **dict.fromkeys(_BOARDS, "held to the contract by dashboards.test_contract"),
    "dashboards.ask": "constructors, whose results dashboards.test_contract reads",
    "books.backfill": _ENTERED,
    "books.detached": _ENTERED,
    "books.offer": _ENTERED,
    "books.run": _ENTERED,
    "books.settled": _ENTERED,
    "books.survey": _ENTERED,
    "commands.backfill": _ENTERED,
    "commands.hook": _ENTERED,
    "commands.reconcile": _ENTERED,
    "commands.backup": _KEPT,
    "commands.restore": _KEPT,
    "keep.backup": _KEPT,
    "keep.restore": _KEPT,
    "commands.clean": _SHOWN,
    "commands.cost": _SHOWN,
    "commands.demo": _SHOWN,
    "commands.doctor": _SHOWN,
    "commands.down": _SHOWN,
    "commands.env": _SHOWN,
    "commands.logs": _SHOWN,
    "commands.plan": _SHOWN,
    "commands.render": _SHOWN,
    "commands.restart": _SHOWN,
    "commands.setup": _SHOWN,
    "commands.status": _SHOWN,
    "commands.statusline": "asserted as a program, in live.test_statusline",
    "commands.up": _SHOWN,
    "commands.verify": _SHOWN,
    "dashboards.__main__": "the committed boards are compared in dashboards/test_encode.py",
    "demo.cast": _PLAYED,
    "demo.pen": _PLAYED,
    "demo.tools": _PLAYED,
    "doctor.model": "shapes of data",
    "live.model": "shapes of data",
    "bug_report": "asked by test_cli",
    "model_names": "asked by test_normalise",
    "records": "two shapes of data",
    "transcripts.answers": "held to the contract by both tables of cases",
    "transcripts.changes": "asked by transcripts.test_refresh",
    "transcripts.head": "held to the contract by transcripts.test_cases_files",
    "transcripts.merge": "held to the contract by transcripts.test_cases_dedupe",
    "transcripts.model": "shapes of data",
    "transcripts.plain": "held to the contract by both tables of cases",
    "transcripts.scan": "held to the contract by transcripts.test_cases_files",
    "transcripts.sighting": "shapes of data",
    "transcripts.worker": "run by transcripts.test_workers",
    "transcripts.slices": "asked by transcripts.test_usage",
    "transcripts.values": "held to the contract by transcripts.test_cases_files",
    "runtime.model": "a Protocol and its data; mypy holds FakeRuntime and both runtimes to it",
}
"""Modules without a unit test of their name, and why."""

WITHOUT_A_MODULE = {
    "dashboards.test_contract": "asks all boards at once whether they keep to the catalogue",
    "dashboards.test_grafana_types": "reads the boards into the types that Grafana publishes",
    "dashboards.test_promql": "tests the reader of PromQL that test_contract uses",
    "test_layout": "asks all modules at once",
    "transcripts.test_cases_dedupe": "a table of the contract, asked of the whole reader",
    "transcripts.test_cases_files": "as test_cases_dedupe",
    "transcripts.test_invented": "holds the whole reader to the truth of bench/transcripts.py",
}
"""Unit tests that belong to no single module, and why."""

PURE = (
    "settings",
    "settings_model",
    "telemetry",
    "placement",
    "launch",
    "render",
    "plan",
    "client_env",
    "errors",
    "applied",
    "files",
    "dashboards",
    "records",
    "parts",
    "normalise",
    "ledger",
    "demo.days",
    "json_text",
    "client_setup",
    "versions",
    "event_attributes",
    "doctor.doctor",
    "reports",
)
"""These change nothing and ask nobody, and neither does anything that they import."""

ACTING = {
    "docker": ("engines", "runtime"),
    "subprocess": (
        "bootstrap",
        "doctor.observe",
        "engines",
        "live.headless",
        "live.statusline",
        "runtime",
        "transcripts.workers",
    ),
    "requests": ("backends",),
    "supervisor": ("runtime",),
    "grpc": ("otlp",),
}
"""What acts on the world, and the only modules or packages that may import it."""


def _name(path: Path, root: Path = PACKAGE) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_tree(path)))


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports by name."""
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in _nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _functions() -> Iterator[tuple[str, int]]:
    """Every function, and its lines from `def` to its end."""
    for path in MODULES:
        for node in _nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{_name(path)}.{node.name}", lines


def _belongs(module: str, to: tuple[str, ...]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in to)


def _reached_from(module: str) -> set[str]:
    """The modules of ours that a module imports, directly or through others."""
    by_name = {_name(path).removesuffix(".__init__"): path for path in MODULES}
    found: set[str] = set()
    left = {module}
    while left:
        current = left.pop()
        found.add(current)
        names = (each.removeprefix("provisioner.") for each in _imports(by_name[current]))
        left |= {name for name in names if name in by_name} - found
    return found


def test_modules_and_unit_tests_mirror_each_other() -> None:
    modules = {_name(path) for path in MODULES if path.name != "__init__.py"}
    tests = {_name(path, TESTS) for path in TESTS.rglob("test_*.py")}
    expected = {
        ".".join([*parents, f"test_{name}"])
        for *parents, name in (module.split(".") for module in modules - WITHOUT_A_TEST.keys())
    }
    assert tests - WITHOUT_A_MODULE.keys() == expected


def test_no_exception_outlives_its_file() -> None:
    modules = {_name(path) for path in MODULES}
    tests = {_name(path, TESTS) for path in TESTS.rglob("test_*.py")}
    assert WITHOUT_A_TEST.keys() | LONGER.keys() <= modules
    assert WITHOUT_A_MODULE.keys() <= tests


@pytest.mark.parametrize("library", ACTING)
def test_only_the_modules_meant_for_it_act_on_the_world(library: str) -> None:
    importers = {
        _name(path)
        for path in MODULES
        if any(each.split(".")[0] == library for each in _imports(path))
    }
    assert {module for module in importers if not _belongs(module, ACTING[library])} == set()


@pytest.mark.parametrize("package", PURE)
def test_what_is_pure_reaches_nothing_that_acts(package: str) -> None:
    pure = [_name(path).removesuffix(".__init__") for path in MODULES]
    reached = {
        each for module in pure if _belongs(module, (package,)) for each in _reached_from(module)
    }
    paths = (path for path in MODULES if _name(path).removesuffix(".__init__") in reached)
    libraries = {
        each.split(".")[0]
        for path in paths
        for each in _imports(path)
        if not each.startswith("urllib.parse")  # it takes text apart, and reaches nobody
    }
    assert libraries & (ACTING.keys() | {"socket", "urllib", "http", "psutil"}) == set()


def test_no_function_is_longer_than_a_screen() -> None:
    assert [each for each in _functions() if each[1] > LONGEST_FUNCTION] == []


def test_half_of_all_functions_are_short() -> None:
    assert median(lines for _, lines in _functions()) <= MEDIAN_FUNCTION


def test_no_module_is_longer_than_one_can_read() -> None:
    lengths = {_name(path): path.read_text(encoding="utf-8").count("\n") for path in MODULES}
    too_long = {name for name, lines in lengths.items() if lines > LONGEST_MODULE}
    assert too_long == LONGER.keys()


def test_every_module_says_which_question_it_answers() -> None:
    assert [_name(path) for path in MODULES if not ast.get_docstring(_tree(path))] == []


def test_no_module_is_a_drawer_for_leftovers() -> None:
    words = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert {path.stem for path in MODULES} & words == set()


def test_any_exception_is_caught_in_one_place_only() -> None:
    catchers = {
        _name(path)
        for path in MODULES
        for node in _nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    }
    assert catchers == {"cli"}
