"""Which sightings are the same response, and whose is it?

The rules (counting.md calls them R1, R2, R3 and R8): one message id is one response, except that
gateways use one id for several calls. It counts with its largest output, for the session and the
time of its original.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from provisioner.transcripts.sighting import Sighting


class File(NamedTuple):
    """What decides which of two files is the original of what both hold."""

    id: int
    born_ms: int
    is_gone: bool
    path: str


class Sighted(NamedTuple):
    """A sighting and the file that it is in."""

    sighting: Sighting
    file: File


class Settled(NamedTuple):
    """A sighting to keep; of those of one response, one is counted, and has its largest output."""

    sighting: Sighting
    file: File
    is_counted: bool


def merge(sighted: Iterable[Sighted]) -> list[Settled]:
    """Sort all sightings of some message ids; later ones of a file correct its earlier ones."""
    by_id: dict[str, list[Sighted]] = {}
    for each in sighted:
        by_id.setdefault(each.sighting.message_id, []).append(each)
    settled: list[Settled] = []
    for same_id in by_id.values():
        if len(same_id) == 1:
            settled.append(Settled(*same_id[0], is_counted=True))
            continue
        for response in _responses(_corrected(same_id)):
            settled += _settle(response)
    return settled


def _corrected(sighted: Sequence[Sighted]) -> list[Sighted]:
    """What each file says in the end, where it has been read more than once."""
    best: dict[tuple[object, ...], Sighted] = {}
    for each in sighted:
        said, file = each
        side = None if said.request_id else said.input_side
        key = (file.id, side, said.is_copy, said.is_sidechain)
        known = best.get(key)
        if known is None or said.output_tokens >= known.sighting.output_tokens:
            best[key] = each
    return list(best.values())


def _responses(same_id: Sequence[Sighted]) -> Iterable[list[Sighted]]:
    """Calls of a gateway differ in their input; a line that has a request id is of the API."""
    requested = [each for each in same_id if each.sighting.request_id]
    sides = {each.sighting.input_side for each in requested}
    found: dict[object, list[Sighted]] = {None: requested} if requested else {}
    for each in same_id:
        if not each.sighting.request_id:
            side = each.sighting.input_side
            found.setdefault(None if side in sides else side, []).append(each)
    return found.values()


def _settle(response: Sequence[Sighted]) -> Iterable[Settled]:
    original = min(response, key=_rank)
    fullest = max((each.sighting for each in response), key=lambda said: said.output_tokens)
    for each in response:
        is_counted = each is original
        said = _filled(each.sighting, fullest, response) if is_counted else each.sighting
        yield Settled(said, each.file, is_counted)


def _rank(each: Sighted) -> tuple[object, ...]:
    said, file = each
    return said.is_copy, file.born_ms, said.is_sidechain, file.is_gone, file.path, said.offset


def _filled(original: Sighting, fullest: Sighting, response: Iterable[Sighted]) -> Sighting:
    """The original with what others know better."""
    request_ids = (each.sighting.request_id for each in response)
    request_id = original.request_id or next(filter(None, request_ids), "")
    if fullest.output_tokens == original.output_tokens:
        return original._replace(request_id=request_id)
    return original.with_counts(fullest.counts)._replace(
        request_id=request_id,
        speed=fullest.speed,
        inference_geo=fullest.inference_geo,
        service_tier=fullest.service_tier,
    )
