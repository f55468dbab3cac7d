"""What do the two stores say of one project? Read the way panels read them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provisioner.backends import Sample
from tests.stack.stacks import TestStack

SPAN = "1h"
ARRIVAL_SECONDS = 40.0
POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The ledger and the events of one project of a stack."""

    stack: TestStack
    project: str

    def total(self, series: str, **labels: str) -> float:
        """The sum of a `ledger_*` series over the last hour."""
        return self.stack.prometheus.total(f"sum({self._over_time(series, labels)})")

    def by(self, series: str, *names: str) -> dict[str, float]:
        """The sums of a series by label values, joined by blanks; those that are 0 are left out."""
        query = f"sum by ({', '.join(names)}) ({self._over_time(series, {})})"
        found = self.stack.prometheus.query(query)
        return {_values(sample, names): sample.value for sample in found if sample.value}

    def loki_total(self, event: str, attribute: str) -> float:
        """The sum of a numeric attribute over the project's events of one kind."""
        narrowed = f'{self._events(event)} | {attribute}!="" | unwrap {attribute}'
        return self.stack.loki.total(f"sum(sum_over_time({narrowed} [{SPAN}]))")

    def loki_count(self, event: str) -> int:
        """How many events of one kind the project has."""
        return int(self.stack.loki.total(f"sum(count_over_time({self._events(event)} [{SPAN}]))"))

    def loki_counts(self, event: str, *names: str) -> dict[str, float]:
        """How many events of one kind there are by attribute values, joined by blanks."""
        query = f"sum by ({', '.join(names)}) (count_over_time({self._events(event)} [{SPAN}]))"
        return {_values(sample, names): sample.value for sample in self.stack.loki.query(query)}

    def _over_time(self, series: str, labels: Mapping[str, str]) -> str:
        matchers = {"project": self.project, **labels}
        selector = ",".join(f'{name}="{value}"' for name, value in matchers.items())
        return f"sum_over_time({series}{{{selector}}}[{SPAN}])"

    def _events(self, event: str) -> str:
        return f'{{service_name="claude-code", event_name="{event}"}} | project="{self.project}"'


def eventually(look: Callable[[], object], expected: object) -> None:
    """Wait until a look gives what is expected; fails with what was last seen."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while (seen := look()) != expected:
        assert time.monotonic() < deadline, f"expected {expected!r}, last seen {seen!r}"
        time.sleep(POLL_SECONDS)


def _values(sample: Sample, names: tuple[str, ...]) -> str:
    return " ".join(sample.labels.get(name, "") for name in names)
