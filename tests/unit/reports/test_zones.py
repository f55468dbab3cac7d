"""Is the zone of days the one that was asked for, and does a wrong one get advice?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from provisioner.errors import WrongArgument
from provisioner.reports import zones
from provisioner.reports.zones import find_zone
from tests.unit.reports.answers import ms


@pytest.fixture(autouse=True)
def _local_time_afterwards() -> Iterator[None]:
    yield
    time.tzset()


def test_what_is_asked_for_goes_before_tz() -> None:
    zone = find_zone("Europe/Berlin", {"TZ": "Asia/Kathmandu"})
    assert zone.name == "Europe/Berlin"
    assert str(zone.local(ms("2026-11-22T23:30"))) == "2026-11-23 00:30:00+01:00"


@pytest.mark.parametrize("said", ["Asia/Kathmandu", ":Asia/Kathmandu"])
def test_tz_says_the_zone(said: str) -> None:
    zone = find_zone(None, {"TZ": said})
    assert zone.name == "Asia/Kathmandu"
    assert f"{zone.local(ms('2026-11-22T18:20')):%d %H:%M}" == "23 00:05"


def test_a_rule_in_tz_is_left_to_the_c_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "ABC-3:30")
    time.tzset()
    zone = find_zone(None, {"TZ": "ABC-3:30"})
    assert (zone.name, zone.info) == ("ABC-3:30", None)
    assert f"{zone.local(ms('2026-11-22T22:00')):%d %H:%M}" == "23 01:30"
    assert zone.shown(ms("2026-11-22T22:00:00.250")) == "2026-11-23T01:30:00.250+03:30"


def test_without_tz_it_is_the_machine_s_zone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    described = tmp_path / "zoneinfo" / "Europe" / "Berlin"
    described.parent.mkdir(parents=True)
    described.touch()
    monkeypatch.setattr(zones, "LOCALTIME", tmp_path / "localtime")
    zones.LOCALTIME.symlink_to(described)
    zone = find_zone(None, {})
    assert (zone.name, zone.info) == ("Europe/Berlin", None)


def test_a_machine_that_does_not_name_its_zone_is_asked_for_its_abbreviation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(zones, "LOCALTIME", tmp_path / "none")
    monkeypatch.setenv("TZ", "XYZ-1")
    time.tzset()
    assert find_zone(None, {}).name == "XYZ"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("kathmandu", "Asia/Kathmandu"),
        ("Nowhere/Nothing", "Europe/Berlin, UTC"),
        ("../etc", "Europe/Berlin, UTC"),
        ("Europe", "Europe/"),
    ],
)
def test_a_wrong_zone_is_refused_with_one_that_is_near(name: str, advice: str) -> None:
    with pytest.raises(WrongArgument, match="a time zone of the IANA list") as caught:
        find_zone(name, {})
    assert caught.value.exit_code == 2
    assert advice in caught.value.advice


def test_a_wrong_tz_is_refused_too() -> None:
    with pytest.raises(WrongArgument, match=r"^TZ 'Nowhere/Land': expected a time zone"):
        find_zone(None, {"TZ": "Nowhere/Land"})


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # twice: the first of both
        ("2026-03-29T02:30", "2026-03-29T01:30"),  # never: as if clocks had not changed yet
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30"),
    ],
)
def test_times_at_a_change_of_clocks_are_moments(shown: str, moment: str) -> None:
    zone = find_zone("Europe/Berlin", {})
    assert zone.instant_ms(datetime.fromisoformat(shown)) == ms(moment)
