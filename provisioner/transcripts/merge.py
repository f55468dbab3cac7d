"""Which sightings are the same response, and whose is it?

The rules (docs/counting.md tells them to readers): one message id is one response, except that
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


Sighted = tuple[Sighting, File]
"""A sighting and the file that it is in."""

Settled = tuple[Sighting, File, bool]
"""A sighting to keep, and whether it is counted: one of each response, with its largest output."""


def merge(sighted: Iterable[Sighted]) -> list[Settled]:
    """Sort all sightings of some message ids; later ones of a file correct its earlier ones."""
    first: dict[str, Sighted] = {}
    several: dict[str, list[Sighted]] = {}
    for each in sighted:
        message_id = each[0].message_id
        known = first.setdefault(message_id, each)
        if known is not each:
            several.setdefault(message_id, [known]).append(each)
    settled = [(*each, True) for message_id, each in first.items() if message_id not in several]
    for same_id in several.values():
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
        if known is None or said.output_tokens >= known[0].output_tokens:
            best[key] = each
    return list(best.values())


def _responses(same_id: Sequence[Sighted]) -> Iterable[list[Sighted]]:
    """Calls of a gateway differ in their input; a line that has a request id is of the API."""
    requested = [each for each in same_id if each[0].request_id]
    sides = {each[0].input_side for each in requested}
    found: dict[object, list[Sighted]] = {None: requested} if requested else {}
    for each in same_id:
        if not each[0].request_id:
            side = each[0].input_side
            found.setdefault(None if side in sides else side, []).append(each)
    return found.values()


def _settle(response: Sequence[Sighted]) -> Iterable[Settled]:
    original = min(response, key=_rank)
    fullest = max((said for said, _ in response), key=lambda said: said.output_tokens)
    for each in response:
        said, file = each
        is_counted = each is original
        yield _filled(said, fullest, response) if is_counted else said, file, is_counted


def _rank(each: Sighted) -> tuple[object, ...]:
    said, file = each
    return said.is_copy, file.born_ms, said.is_sidechain, file.is_gone, file.path, said.offset


def _filled(original: Sighting, fullest: Sighting, response: Iterable[Sighted]) -> Sighting:
    """The original with what others know better."""
    request_ids = (each[0].request_id for each in response)
    request_id = original.request_id or next(filter(None, request_ids), "")
    if fullest.output_tokens == original.output_tokens:
        return original._replace(request_id=request_id)
    return original.with_counts(fullest.counts)._replace(
        request_id=request_id,
        speed=fullest.speed,
        inference_geo=fullest.inference_geo,
        service_tier=fullest.service_tier,
    )
