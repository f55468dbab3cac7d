"""A queue that is broken on disk does not keep the stack from starting, and is not forgotten."""

from __future__ import annotations

import io
import json
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.models.containers import Container

from tests.stack.attacks import COST, post, valid
from tests.stack.books import Books, eventually
from tests.stack.stacks import TestStack

SPOOL = "spool/exporter_otlp_grpc_spool_logs"
IN_CONTAINER = "/var/lib/claude-otel/collector"
GARBAGE = b"no queue at all" * 1000


def test_a_broken_queue_is_set_aside_and_the_stack_starts(own_stack: TestStack) -> None:
    own_stack.succeed("down")
    _break(own_stack)
    own_stack.succeed("up")
    books = Books(stack=own_stack, project=uuid.uuid4().hex)
    request, _ = valid(books.project)
    assert post(own_stack, bytes(request.SerializeToString())) == 200
    eventually(lambda: books.total("ledger_cost_usd"), COST)
    (aside,) = own_stack.read_json("status", "--json")["set_aside"]
    assert f"set aside, for the collector could not open it: {aside}" in own_stack.succeed("status")
    findings = json.loads(own_stack.run("doctor", "--json").out)["findings"]
    assert [each["where"] for each in findings if each["id"] == "queue-set-aside"] == [aside]
    assert _content(own_stack, aside) == GARBAGE


def _break(stack: TestStack) -> None:
    if stack.runtime == "native":
        (stack.home / "data" / "collector" / SPOOL).write_bytes(GARBAGE)
        return
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo(SPOOL)
        entry.size, entry.uid, entry.gid = len(GARBAGE), 10001, 10001
        entry.mode = 0o600
        archive.addfile(entry, io.BytesIO(GARBAGE))
    with _mounted(stack) as container:
        container.put_archive(IN_CONTAINER, buffer.getvalue())


def _content(stack: TestStack, path: str) -> bytes:
    if stack.runtime == "native":
        return Path(path).read_bytes()
    with _mounted(stack) as container:
        content, _ = container.get_archive(path)
        with tarfile.open(fileobj=io.BytesIO(b"".join(content))) as archive:
            file = archive.extractfile(archive.getmembers()[0])
            assert file
            return file.read()


@contextmanager
def _mounted(stack: TestStack) -> Iterator[Container]:
    """A container that never runs, with the collector's volume."""
    client = docker.from_env()
    images = [tag for image in client.images.list() for tag in image.tags]
    reference = next(tag for tag in images if "/collector:" in tag or "-collector-contrib:" in tag)
    volume = f"{stack.settings.project}_collector-data"
    container = client.containers.create(
        reference,
        volumes={volume: {"bind": IN_CONTAINER, "mode": "rw"}},
    )
    try:
        yield container
    finally:
        container.remove()
        client.close()
