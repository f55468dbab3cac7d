"""What do a session's responses add up to, by model and subagent, without adding all up again?"""

from __future__ import annotations

from collections.abc import Iterable

from provisioner.reports.amounts import NOTHING, Amounts, minus, of_response, total
from provisioner.transcripts.model import Response

Key = tuple[str, str]
"""A model, and the subagent that asked it; empty for the main conversation."""


class Sums:
    """Amounts that are kept up as responses come, and are corrected."""

    def __init__(self, responses: Iterable[Response] = ()) -> None:
        self._sums: dict[Key, Amounts] = {}
        self.replace((), responses)

    @property
    def total(self) -> Amounts:
        return total(self._sums.values())

    def replace(self, before: Iterable[Response], after: Iterable[Response]) -> None:
        """Take some responses back and count others."""
        for each in before:
            self._sums[_key(each)] = minus(self._sums[_key(each)], of_response(each))
        for each in after:
            known = self._sums.get(_key(each), NOTHING)
            self._sums[_key(each)] = total((known, of_response(each)))

    def by_model(self) -> dict[str, Amounts]:
        """The dearest first."""
        models = self._grouped(0)
        return dict(sorted(models.items(), key=lambda item: (-item[1].cost, item[0])))

    def by_agent(self) -> dict[str, Amounts]:
        """Subagents only."""
        return {agent: amounts for agent, amounts in self._grouped(1).items() if agent}

    def _grouped(self, part: int) -> dict[str, Amounts]:
        groups: dict[str, Amounts] = {}
        for key, amounts in self._sums.items():
            if amounts.requests:
                groups[key[part]] = total((groups.get(key[part], NOTHING), amounts))
        return groups


def _key(response: Response) -> Key:
    return response.model, response.agent_id
