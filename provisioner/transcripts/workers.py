"""How are many transcripts read with all cores?

By processes of their own: bare interpreters, which start in some 30 ms whatever this process has
loaded, and neither share its locks nor its database.
"""

from __future__ import annotations

import marshal
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, cast

from provisioner.runtime.model import Report
from provisioner.transcripts.sighting import LENGTH, Job, Result, Scan, Sighting

WORTH_BYTES = 40_000_000
"""Less is read before another process has started."""

MOST_WORKERS = 8
QUIET_SECONDS = 1.0
REPORT_SECONDS = 0.2

_CODE = (
    "import sys; sys.path[:] = {path!r}; from provisioner.transcripts.worker import work; work()"
)
_READ_BYTES = 1 << 18
_PIPE_BYTES = 1 << 20
"""As much as Linux gives to anyone."""


def scan_all(jobs: Sequence[tuple[Job, int]], report: Report) -> Iterator[Result]:
    """What each file says, in any order; jobs come with the bytes that are to be read."""
    total = sum(size for _, size in jobs)
    workers = min(_cores(), MOST_WORKERS, len(jobs))
    is_worth_it = total >= WORTH_BYTES and workers > 1 and sys.executable
    read = _together if is_worth_it else _alone
    progress = _progress(total, report)
    sizes = {job.path: size for job, size in jobs}
    for path, result in read(jobs, workers):
        progress(sizes[path])
        if result is not None:
            yield result


def _cores() -> int:
    """How many may be used; one where processes cannot be waited for together."""
    if sys.platform == "win32":
        return 1
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _progress(total: int, report: Report) -> Callable[[int], None]:
    """Says how far it is, if it takes longer than a person would wait without a word."""
    done, said = 0, time.monotonic() + QUIET_SECONDS - REPORT_SECONDS

    def progress(size: int) -> None:
        nonlocal done, said
        done += size
        if time.monotonic() - said >= REPORT_SECONDS:
            said = time.monotonic()
            report(f"{done / 1e6:.0f} of {total / 1e6:.0f} MB of transcripts read")

    return progress


def _alone(jobs: Sequence[tuple[Job, int]], _workers: int) -> Iterator[tuple[str, Result | None]]:
    if jobs:
        # Imported late: whoever has it read by others starts them sooner without it.
        from provisioner.transcripts.worker import tried  # noqa: PLC0415

    for job, _ in jobs:
        yield job.path, tried(job)


def _together(jobs: Sequence[tuple[Job, int]], workers: int) -> Iterator[tuple[str, Result | None]]:
    left = {job.path: job for job, _ in jobs}
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        # All start before one is asked, which has to be up to take what it is asked.
        started = [_started(stack) for _ in range(workers)]
        for (question, answers), share in zip(started, _shares(jobs, workers), strict=True):
            _ask(question, share)
            selector.register(answers, selectors.EVENT_READ, _Frames(answers))
        while selector.get_map():
            for key, _ in selector.select():
                frames: _Frames = key.data
                for path, result in map(_unpacked, frames.read()):
                    del left[path]
                    yield path, result
                if frames.is_over:
                    selector.unregister(key.fileobj)
    # A worker may have been killed, by the system when memory is short.
    yield from _alone([(job, 0) for job in left.values()], 1)


def _shares(jobs: Sequence[tuple[Job, int]], workers: int) -> list[list[Job]]:
    """About as many bytes for each: the next largest file goes to whoever has least."""
    shares: list[list[Job]] = [[] for _ in range(workers)]
    load = [0] * workers
    for job, size in sorted(jobs, key=lambda each: -each[1]):
        least = load.index(min(load))
        shares[least].append(job)
        load[least] += size
    return shares


def _started(stack: ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    """Where to ask a worker, and where it answers; it ends with the stack."""
    code = _CODE.format(path=[str(Path(__file__).parents[2]), *sys.path])
    command = [sys.executable, "-I", "-S", "-c", code]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    stack.enter_context(process)
    stack.callback(process.kill)
    asked, answers = cast("tuple[IO[bytes], IO[bytes]]", (process.stdin, process.stdout))
    _widen(answers)
    return asked, answers


def _ask(pipe: IO[bytes], share: Sequence[Job]) -> None:
    with suppress(BrokenPipeError), pipe:
        pipe.write(marshal.dumps([tuple(job) for job in share]))


def _widen(pipe: IO[bytes]) -> None:
    """Let a worker go on while what it has found is written into the index, where that can be."""
    if sys.platform == "linux":
        from fcntl import F_SETPIPE_SZ, fcntl  # noqa: PLC0415 - not on every system

        with suppress(OSError):
            fcntl(pipe, F_SETPIPE_SZ, _PIPE_BYTES)


class _Frames:
    """Results as they come out of a worker, each behind its length."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.is_over = False
        self._pipe = pipe
        self._buffer = bytearray()

    def read(self) -> Iterator[bytes]:
        """What has come in full."""
        data = os.read(self._pipe.fileno(), _READ_BYTES)
        self._buffer += data
        self.is_over = not data
        start = 0
        while len(self._buffer) >= start + LENGTH.size:
            (length,) = LENGTH.unpack_from(self._buffer, start)
            end = start + LENGTH.size + length
            if len(self._buffer) < end:
                break
            yield bytes(self._buffer[start + LENGTH.size : end])
            start = end
        del self._buffer[:start]


def _unpacked(frame: bytes) -> tuple[str, Result | None]:
    path, result = marshal.loads(frame)  # noqa: S302 - of a process of our own
    if isinstance(result, tuple):
        *rest, sightings = result
        result = Scan._make([*rest, list(map(Sighting._make, sightings))])
    return path, result
