from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.prices.book import FILE, read_book, version, write_book
from provisioner.prices.tariff import Rate, Tariff

BOOK = {
    "known": Tariff(us_premium=False, web_search=1, rates=(Rate(0, "standard", 0, 1, 2, 3, 4, 5),)),
    "unknown": None,
}


def test_a_book_is_the_same_after_it_was_kept(tmp_path: Path) -> None:
    write_book(tmp_path / "new", BOOK)
    assert read_book(tmp_path / "new") == BOOK


def test_the_version_is_that_of_the_installed_price_list() -> None:
    assert version().split("+")[0] == importlib.metadata.version("genai-prices")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param('{"version": "0.', id="cut off"),
        pytest.param("\x00\x00", id="no text"),
        pytest.param("[]", id="no object"),
        pytest.param("{}", id="no version"),
        pytest.param('{"version": "VERSION", "models": []}', id="no models"),
        pytest.param('{"version": "VERSION", "models": {"a": [1]}}', id="no tariff"),
        pytest.param('{"version": "VERSION", "models": {"a": 1}}', id="a number"),
    ],
)
def test_a_broken_book_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text.replace("VERSION", version()))
    assert read_book(tmp_path) == {}


def test_a_book_of_another_price_list_is_an_empty_one(tmp_path: Path) -> None:
    write_book(tmp_path, BOOK)
    stored = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**stored, "version": "0.0.1+1"}))
    assert read_book(tmp_path) == {}


def test_a_place_that_takes_no_book_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    write_book(tmp_path / "file", BOOK)
    assert read_book(tmp_path / "file") == {}


def test_kept_prices_need_no_price_list(tmp_path: Path) -> None:
    write_book(tmp_path, BOOK)
    script = (
        "import sys; from pathlib import Path; from provisioner.prices import open_prices;"
        f"print(open_prices(Path({str(tmp_path)!r})).cost('known', 0, 7, 0, 0, 0, 0));"
        "print('genai_prices' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["7", "False"]
