from __future__ import annotations

import io

from rich.console import Console

from provisioner.reports.analysis import analyse
from provisioner.reports.analysis.show import print_analysis
from provisioner.reports.table import Look
from provisioner.transcripts.model import Response
from tests.unit.reports.analysis.conversation import OTHER_MODEL, PRICES, said
from tests.unit.reports.answers import UTC_ZONE

EVERYTHING = (
    said(0, write=100_000, output=2_000),
    said(10, write=102_000, output=3_000, web_searches=1),
    said(11, read=102_000, write=5_000, model="claude-opus-4-8", speed="fast"),
    said(12, read=10_000, write=20_000, prompt_id="prompt-2", inference_geo="us"),
    said(13, write=8_000, source="subagent", agent_id="a1", agent_type="Explore"),
    said(14, write=8_000, model=OTHER_MODEL, session="other", project="/kim/other"),
)
EXPECTED = """\
$1.66 at list prices, in 6 responses
A bill has about $0.11 more: 1 response in fast mode, \
1 response in the US alone, 1 web search.

Where it went
tokens of         tokens    cost   share
────────────────────────────────────────
output             5,000   $0.13      8%
cache read       112,000   $0.06      3%
cache write 5m   243,000   $1.48     89%

Context that was in the cache, and was paid for again
because                 times    tokens    cost   from the cache
────────────────────────────────────────────────────────────────
it expired in a pause       1   100,000   $0.63            $0.05
1 context fell to less than half, compacted or cut back: from 107,000 to 30,000 tokens; \
writing what followed to the cache cost $0.13.
Conversations cost $1.66; had the cache always lived five minutes, $1.66; one hour, $1.60.

Models
model       requests    cost   share   all tokens at its price
──────────────────────────────────────────────────────────────
opus-4-7           4   $1.57     94%                     $1.70
opus-4-8           1   $0.08      5%                     $1.70
haiku-4-5          1   $0.01      1%                     $0.34
Arithmetic, no advice: another model would have used other numbers of tokens.

Dearest sessions
session    project   begun              requests    cost   share
────────────────────────────────────────────────────────────────
3aa56b2a   widgets   2026-11-22 10:20          5   $1.65     99%
other      other     2026-11-22 10:34          1   $0.01      1%

Dearest prompts, with their agents
prompt     session    begun              requests    cost   share
─────────────────────────────────────────────────────────────────
prompt-1   3aa56b2a   2026-11-22 10:20          4   $1.52     92%
prompt-2   3aa56b2a   2026-11-22 10:32          1   $0.13      8%
prompt-1   other      2026-11-22 10:34          1   $0.01      1%

Who did the work
work               requests    cost   share
───────────────────────────────────────────
conversations             5   $1.61     97%
subagent Explore          1   $0.05      3%

What leaves no transcript is not in this, such as the request for a compaction's summary.
"""


LARGE = tuple(
    said(
        each.at_ms % 60,
        fresh=900_000_000,
        output=900_000_000,
        read=900_000_000,
        project="/kim/a-project-with-a-name-longer-than-any-column",
        agent_type="an-agent-with-a-name-longer-than-any-column",
        source="subagent",
        agent_id="a1",
        model="claude-opus-4-7",
    )
    for each in EVERYTHING
)


def _shown(responses: tuple[Response, ...], width: int | None = None) -> str:
    text = io.StringIO()
    out = Console(file=text, width=width or 200, highlight=False, markup=False)
    look = Look(which="tokens", by_model=False, zone=UTC_ZONE, width=width)
    print_analysis(analyse(responses, PRICES), look, out)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def test_a_page_has_every_finding_with_its_dollars() -> None:
    assert _shown(EVERYTHING) == EXPECTED.rstrip("\n")


def test_a_page_is_no_wider_than_its_terminal_and_cuts_no_number() -> None:
    lines = _shown(LARGE, 80).splitlines()
    assert max(map(len, lines)) <= 80
    assert len([line for line in lines if "$164,700.00" in line and "100%" in line]) == 4


def test_a_page_about_what_has_no_price_says_so() -> None:
    page = _shown((said(0, fresh=5, model="my-model"),))
    assert page.startswith("unknown at list prices, in 1 response\n")
    assert "Where it went: none" in page
    assert "my-model          1   unknown" in page
