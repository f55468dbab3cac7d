"""Is it said when the client is not there, or too old?"""

from __future__ import annotations

import pytest

from provisioner.doctor.client_checks import absent, old
from tests.unit.doctor.patient import seen, told


def test_a_client_that_is_not_there_is_a_warning() -> None:
    assert told(absent, seen(has_client=False, version=None)) == [("warning", "PATH")]
    assert told(absent, seen()) == []


@pytest.mark.parametrize(
    ("version", "severity"),
    [((2, 1, 213), "warning"), ((2, 1, 214), "note"), ((2, 0, 300), "warning")],
)
def test_an_old_client_is_named_by_its_version(version: tuple[int, ...], severity: str) -> None:
    place = f"claude {'.'.join(map(str, version))}"
    assert told(old, seen(version=version)) == [(severity, place)]


@pytest.mark.parametrize("version", [(2, 1, 282), (2, 2, 0), (3, 0, 0), None])
def test_a_newer_client_or_one_that_does_not_say_is_no_matter(version: object) -> None:
    assert told(old, seen(version=version)) == []
