"""Stacks and the Messages API, started once for all tests and always taken away."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.settings import RuntimeName
from tests.stack.books import Books
from tests.stack.client import prepare_repository
from tests.stack.messages_api import MessagesApi
from tests.stack.runs import Runner
from tests.stack.stacks import Stacks, TestStack, prepare_stack

RUNTIMES: tuple[RuntimeName, ...] = ("docker", "native")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs engines."""
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def api() -> Iterator[MessagesApi]:
    """The Messages API that the client is pointed at."""
    with MessagesApi() as running:
        yield running


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stacks]:
    """A running stack of each runtime, started when a test first asks for it."""
    started: dict[RuntimeName, TestStack] = {}

    def of(runtime: RuntimeName) -> TestStack:
        if runtime not in started:
            started[runtime] = prepare_stack(tmp_path_factory.mktemp(runtime), runtime)
            started[runtime].succeed("up")
        return started[runtime]

    yield of
    for each in started.values():
        each.succeed("clean", "--yes")


@pytest.fixture(params=RUNTIMES)
def stack(request: pytest.FixtureRequest, stacks: Stacks) -> Iterator[TestStack]:
    """A running stack, once for each runtime; its engines' logs are shown when a test fails."""
    found = stacks(request.param)
    failed_before = request.session.testsfailed
    yield found
    if request.session.testsfailed > failed_before:
        print(found.run("logs", "--lines", "30").out)  # noqa: T201 - pytest shows it with the failure


@pytest.fixture(params=RUNTIMES)
def own_stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestStack]:
    """A running stack for one test: what that leaves behind would burden all others."""
    own = prepare_stack(tmp_path, request.param)
    try:
        own.succeed("up")
        yield own
    finally:
        own.succeed("clean", "--yes")


@pytest.fixture
def runner(stack: TestStack, api: MessagesApi, tmp_path: Path) -> Runner:
    """Runs the client in a project of this test's own."""
    project = f"acme/widgets-{uuid.uuid4().hex[:8]}"
    origin = f"https://github.com/{project}.git"
    return Runner(
        api=api,
        books=Books(stack=stack, project=project),
        folder=tmp_path,
        prepare=lambda folder: prepare_repository(folder, origin=origin),
    )
