"""Is a reconciliation told so that a person knows what to do?"""

from __future__ import annotations

import json
from io import StringIO

from rich.console import Console

from provisioner.books.backfill import Backfilled
from provisioner.books.enter import Entered
from provisioner.books.page import document, dollars, notes, table, told, verdict
from provisioner.books.sums import Sum
from tests.unit.books.answers import added, response
from tests.unit.books.answers import told as heard
from tests.unit.books.test_reconcile import ONE, TODAY, compared


def test_a_row_says_what_is_missing_and_why() -> None:
    found = compared([response(1), response(2)], [heard(1)], {TODAY: ONE})
    out = StringIO()
    Console(file=out, width=160).print(table(found))
    (line,) = [each for each in out.getvalue().splitlines() if "acme/widgets" in each]
    words = ["2026-08-03", "acme/widgets", "2", "1", "0", "0", "1", "1", "$0.0139"]
    assert line.split() == [*words, "1", "telemetry", "off"]
    assert next(notes(found)).startswith("telemetry off: the session had sent nothing")
    assert verdict(found).endswith("next: claude-otel reconcile --repair")


def test_a_ledger_that_lacks_something_says_so() -> None:
    found = compared([response(1)], [heard(1)], {})
    out = StringIO()
    Console(file=out, width=160).print(table(found))
    assert "the ledger has 1 fewer than Loki was told" in out.getvalue()
    assert verdict(found).startswith("the books disagree")


def test_books_that_agree_say_what_they_agree_on() -> None:
    found = compared([response(1)], [heard(1)], {TODAY: ONE})
    assert verdict(found) == "the books agree: 1 request, 7,152 tokens, $0.0139"
    assert list(notes(found)) == []


def test_everything_odd_has_a_line() -> None:
    title = heard(7, tokens=(1, 2, 3, 4))
    odd = compared(
        [response(1, cost=None), response(2)],
        [heard(1, tokens=(1, 1, 1, 1)), heard(2, cost_usd=1.0), added(2), title],
        {TODAY: Sum(4, 1, 1.0)},
        [added(2)],
    )
    text = "\n".join(notes(odd))
    for words in ("no amounts", "after they had been added", "other tokens", "no transcript"):
        assert words in text
    for words in ("estimates of 1 requests are $0.9861 off", "1 requests have no known price"):
        assert words in text


def test_what_was_done_is_told_with_what_was_refused() -> None:
    entered = Entered(answers=5, cost_usd=12.5)
    entered.refuse(["msg_9"], "HTTP 400: too old")
    assert list(told(Backfilled(entered=entered, completed=2))) == [
        "3 requests added, $12.50",
        "2 of an interrupted run completed",
        "1 refused for good, as msg_9: HTTP 400: too old",
    ]


def test_the_document_is_json_with_its_schema() -> None:
    found = compared([response(1), response(2)], [heard(1)], {TODAY: ONE})
    done = Backfilled(entered=Entered(), completed=0)
    text = json.loads(json.dumps(document(found, done)))
    assert (text["schema"], text["agree"]) == ("claude-otel/reconcile/1", False)
    assert text["rows"][0]["missing"] == ONE._asdict()
    assert text["repaired"] == {"requests": 0, "cost_usd": 0.0, "refused": {}}


def test_small_costs_are_told_finer() -> None:
    assert [dollars(each) for each in (0, 0.0042591, 1234.5)] == ["$0.00", "$0.0043", "$1,234.50"]
