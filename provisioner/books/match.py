"""Which answers stand in the transcripts, which has Loki heard of, and which of both are the same?

By request id; what is left over on both sides, by session and tokens: gateways give no ids, and a
replay in a transcript bears another one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from provisioner.books.told import Tokens, Told
from provisioner.transcripts.model import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One answer that both know."""

    response: Response
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What belongs together and what is left over.

    `live` was told by the client, `added` out of transcripts; `twice` are those of `added` that the
    client has told as well. `missing` has nobody told. `alone` was told, and no transcript has it.
    """

    live: Sequence[Pair]
    added: Sequence[Pair]
    twice: Sequence[Pair]
    missing: Sequence[Response]
    alone: Sequence[Told]


def match(responses: Iterable[Response], told: Iterable[Told]) -> Match:
    """Each answer of the one side with at most one of the other."""
    live, added, alike = _Pile(), _Pile(), _Pile()
    for each in told:
        if each.origin == "live":
            live.put(each.request_id, each)
        else:
            added.put(each.key, each)
    left, paired, written = _by_request(responses, live, added)
    for each in [*live.rest(), *added.rest()]:
        alike.put((each.session, each.tokens), each)
    missing: list[Response] = []
    for response in left:
        same = alike.take((response.session, tokens(response)))
        if same is None:
            missing.append(response)
        else:
            side = paired if same.origin == "live" else written
            side.append(Pair(response=response, told=same))
    both = {key(each.response) for each in paired}
    return Match(
        live=paired,
        added=written,
        twice=[each for each in written if key(each.response) in both],
        missing=missing,
        alone=alike.rest(),
    )


def key(response: Response) -> str:
    """What names an answer for good.

    A gateway may give the same id to different calls: what they were asked with tells them apart.
    """
    if response.request_id:
        return response.message_id
    asked = (response.input_tokens, response.cache_read_tokens, _written(response))
    return ":".join([response.message_id, *map(str, asked)])


def tokens(response: Response) -> Tokens:
    """Its tokens as the client tells them: without the two kinds of cache writes."""
    return (
        response.input_tokens,
        response.output_tokens,
        response.cache_read_tokens,
        _written(response),
    )


def _written(response: Response) -> int:
    return response.cache_write_5m_tokens + response.cache_write_1h_tokens


def _by_request(
    responses: Iterable[Response], live: _Pile, added: _Pile
) -> tuple[list[Response], list[Pair], list[Pair]]:
    left: list[Response] = []
    paired: list[Pair] = []
    written: list[Pair] = []
    for response in responses:
        ours = added.take(key(response))
        theirs = live.take(response.request_id) if response.request_id else None
        if ours is not None:
            written.append(Pair(response=response, told=ours))
        if theirs is not None:
            paired.append(Pair(response=response, told=theirs))
        if ours is None and theirs is None:
            left.append(response)
    return left, paired, written


class _Pile:
    """Answers by what names them; each is taken once."""

    def __init__(self) -> None:
        self._of: dict[Hashable, list[Told]] = defaultdict(list)

    def put(self, name: Hashable, told: Told) -> None:
        self._of[name].append(told)

    def take(self, name: Hashable) -> Told | None:
        there = self._of.get(name)
        return there.pop(0) if there else None

    def rest(self) -> list[Told]:
        return [each for named in self._of.values() for each in named]
