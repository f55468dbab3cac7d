"""What does the gateway add to a query? The same ones, through it and past it, in turn."""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import median, quantiles

import requests
from rich.table import Table

from provisioner.keys import key_file
from tests.stack.stacks import TestStack

ASKS: Mapping[str, str] = {
    "prometheus": "/api/v1/query?query=sum(ledger_cost_usd)",
    "loki": "/loki/api/v1/labels",
}
TIMES = 500
BAR_MS = 3.0


def gateway_table(stack: TestStack) -> Table:
    """Milliseconds of each; connections stay open, as Grafana's do."""
    names = ("store", "direct, p50 ms", "gateway, p50 ms", "adds", "direct, p99", "gateway, p99")
    table = Table(*names, title=f"{TIMES} queries through the gateway and past it")
    for store, path in ASKS.items():
        direct, gateway = _taken(stack, store, path)
        added = median(gateway) - median(direct)
        middle = (f"{median(direct):.2f}", f"{median(gateway):.2f}", f"{added:+.2f}")
        table.add_row(store, *middle, f"{_p99(direct):.2f}", f"{_p99(gateway):.2f}")
    table.caption = f"the bar: at most {BAR_MS:.0f} ms more at the median"
    return table


def _taken(stack: TestStack, store: str, path: str) -> tuple[list[float], list[float]]:
    workspace = stack.workspace
    taken: tuple[list[float], list[float]] = ([], [])
    with requests.Session() as past, requests.Session() as through:
        past.trust_env = through.trust_env = False
        past.cert = past.verify = str(key_file(workspace.home))
        ways = (
            (past, workspace.engine_url(f"{store}_engine"), taken[0]),
            (through, workspace.url(store), taken[1]),
        )
        for _ in range(TIMES):
            for session, url, seconds in ways:
                began = time.perf_counter()
                session.get(url + path, timeout=10).raise_for_status()
                seconds.append((time.perf_counter() - began) * 1000)
    return taken


def _p99(taken: list[float]) -> float:
    return quantiles(taken, n=100)[-1]
