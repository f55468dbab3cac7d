"""Is it known which attributes events have?"""

from __future__ import annotations

import re

import pytest

from provisioner.event_attributes import EVENTS, attributes_of


@pytest.mark.parametrize("event", EVENTS)
def test_attributes_are_named_as_loki_does(event: str) -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in attributes_of(event))


def test_what_every_event_has_is_known_without_a_name() -> None:
    assert {"user", "team", "project", "origin", "session_id"} <= attributes_of()
    assert all(attributes_of() <= attributes_of(event) for event in EVENTS)


def test_of_several_events_only_what_all_of_them_have_counts() -> None:
    assert "model" in attributes_of("api_request", "api_error")
    assert "cost_usd" in attributes_of("api_request")
    assert "cost_usd" not in attributes_of("api_request", "api_error")


def test_an_event_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError, match="telepathy"):
        attributes_of("telepathy")
