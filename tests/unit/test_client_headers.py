"""Does the token get among headers, and out again, without harm to the others?"""

from __future__ import annotations

import pytest

from provisioner.client_headers import (
    authorization_of,
    door_header,
    shown,
    with_token,
    without_pair,
)

OURS = "Authorization=Bearer%20abc"


def test_the_doors_header_is_a_bearer_token() -> None:
    assert door_header("abc") == OURS
    assert authorization_of(OURS) == "Bearer abc"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("", OURS),
        (" ", OURS),
        ("a=b", f"a=b,{OURS}"),
        (OURS, OURS),
        ("a=b, AUTHORIZATION = x", "a=b, AUTHORIZATION = x"),
    ],
)
def test_the_token_comes_last_unless_somebody_asks_already(headers: str, expected: str) -> None:
    assert with_token(headers, "abc") == expected


def test_without_a_token_headers_stay() -> None:
    assert with_token("a=b", "") == "a=b"


@pytest.mark.parametrize("theirs", ["", "a=b", "a=b,c=d"])
def test_a_pair_goes_as_it_came(theirs: str) -> None:
    assert without_pair(with_token(theirs, "abc"), OURS) == theirs


@pytest.mark.parametrize("headers", ["", "a=b", "a", "xauthorization=y"])
def test_headers_may_say_nothing_of_who_asks(headers: str) -> None:
    assert authorization_of(headers) is None


def test_values_are_not_shown() -> None:
    assert shown(f"x-key=hush,{OURS},odd") == "x-key=…,Authorization=…,odd=…"
