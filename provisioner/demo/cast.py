"""Who works in the invented team, on what, and with which models?

List prices stand here and nowhere else: what the demo's requests cost is invented anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model: its name, dollars for a million tokens, and how fast it writes."""

    name: str
    input_usd: float
    output_usd: float
    read_usd: float
    write_usd: float
    tokens_a_second: float

    def cost(self, *, fresh: int, output: int, read: int, write: int) -> float:
        """What a request costs at list prices."""
        dollars = fresh * self.input_usd + output * self.output_usd
        return (dollars + read * self.read_usd + write * self.write_usd) / 1e6


FABLE = Model(
    name="claude-fable-5-1",
    input_usd=10,
    output_usd=50,
    read_usd=0.25,
    write_usd=12.5,
    tokens_a_second=42,
)
OPUS = Model(
    name="claude-opus-5-5",
    input_usd=4,
    output_usd=20,
    read_usd=0.2,
    write_usd=5,
    tokens_a_second=58,
)
OLDER_OPUS = Model(
    name="claude-opus-5",
    input_usd=5,
    output_usd=25,
    read_usd=0.5,
    write_usd=6.25,
    tokens_a_second=49,
)
SONNET = Model(
    name="claude-sonnet-5-5",
    input_usd=2,
    output_usd=10,
    read_usd=0.1,
    write_usd=2.5,
    tokens_a_second=78,
)
HAIKU = Model(
    name="claude-haiku-5-5",
    input_usd=0.1,
    output_usd=0.5,
    read_usd=0.01,
    write_usd=0.125,
    tokens_a_second=150,
)
"""Its price for prompts below 100,000 tokens; the demo's are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A repository, the languages of its files with their weights, and what serves it."""

    owner: str
    name: str
    languages: Mapping[str, int]
    servers: tuple[str, ...] = ()
    has_hooks: bool = False


SHOP = Project(
    owner="tidewater",
    name="shop",
    languages={"TypeScript": 6, "TSX": 3, "CSS": 1},
    servers=("browser", "figma"),
)
LEDGER = Project(
    owner="tidewater",
    name="ledger",
    languages={"Go": 7, "SQL": 2, "YAML": 1},
    servers=("postgres",),
    has_hooks=True,
)
FORECAST = Project(
    owner="tidewater",
    name="forecast",
    languages={"Python": 8, "Markdown": 1, "SQL": 1},
    servers=("notebooks",),
    has_hooks=True,
)
PLATFORM = Project(
    owner="tidewater",
    name="platform",
    languages={"HCL": 4, "YAML": 4, "Shell": 2},
)
MOBILE = Project(owner="tidewater", name="mobile", languages={"Swift": 5, "Kotlin": 5})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A developer: habits that show in the telemetry. `diligence` is sessions a working day."""

    name: str
    team: str
    projects: tuple[Project, ...]
    model: Model
    starts: float
    diligence: float
    terminal: str = "iTerm.app"
    entrypoint: str = "cli"
    effort: str = "high"
    trusts: bool = False
    changed_model_days_ago: int = 0

    @property
    def email(self) -> str:
        return f"{self.name}@tidewater.example"


TEAM = (
    Person(
        name="amara",
        team="storefront",
        projects=(SHOP, MOBILE),
        model=OPUS,
        starts=8.5,
        diligence=3.4,
        changed_model_days_ago=11,
    ),
    Person(
        name="bruno",
        team="storefront",
        projects=(SHOP,),
        model=SONNET,
        starts=9.5,
        diligence=2.6,
        terminal="vscode",
        entrypoint="claude-vscode",
        effort="medium",
    ),
    Person(
        name="chen",
        team="payments",
        projects=(LEDGER, PLATFORM),
        model=OPUS,
        starts=9.0,
        diligence=3.0,
        terminal="tmux",
        trusts=True,
    ),
    Person(
        name="dalia",
        team="payments",
        projects=(LEDGER,),
        model=OPUS,
        starts=10.0,
        diligence=2.2,
        terminal="ghostty",
        effort="xhigh",
        changed_model_days_ago=6,
    ),
    Person(
        name="elif",
        team="data",
        projects=(FORECAST,),
        model=SONNET,
        starts=8.0,
        diligence=2.8,
        terminal="vscode",
        entrypoint="claude-vscode",
    ),
    Person(
        name="farid",
        team="data",
        projects=(FORECAST, PLATFORM),
        model=FABLE,
        starts=10.5,
        diligence=1.6,
        terminal="WezTerm",
        effort="max",
    ),
    Person(
        name="greta",
        team="storefront",
        projects=(MOBILE, SHOP),
        model=OPUS,
        starts=9.0,
        diligence=2.8,
    ),
    Person(
        name="hiro",
        team="payments",
        projects=(LEDGER,),
        model=SONNET,
        starts=8.5,
        diligence=3.0,
        trusts=True,
    ),
    Person(
        name="ines",
        team="data",
        projects=(FORECAST,),
        model=OPUS,
        starts=9.5,
        diligence=2.4,
    ),
    Person(
        name="jonas",
        team="payments",
        projects=(PLATFORM, LEDGER),
        model=OPUS,
        starts=8.0,
        diligence=3.2,
        terminal="tmux",
    ),
)
"""The demo shows the first six; all of them are for measuring."""
