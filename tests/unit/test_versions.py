"""Is data kept from an engine that may not be able to read it, and from no other?"""

from __future__ import annotations

import pytest

from provisioner.versions import cannot_read


@pytest.mark.parametrize(
    ("here", "wrote"),
    [
        ("3.16.0", "3.16.0"),
        ("3.16.0", "3.16.9"),
        ("3.17.0", "3.16.0"),
        ("3.16", "3.16.2"),
        ("", "3.16.0"),
        ("3.16.0", ""),
        ("latest", "3.16.0"),
    ],
)
def test_the_same_a_newer_and_an_unknown_version_may_read(here: str, wrote: str) -> None:
    assert cannot_read(here, wrote) == ""


@pytest.mark.parametrize(
    ("here", "wrote"), [("3.15.9", "3.16.0"), ("4.0.0", "3.16.0"), ("3.16.0", "4.0.0")]
)
def test_an_older_version_and_another_major_one_may_not(here: str, wrote: str) -> None:
    reason = f"its data was written by version {wrote}, which {here} may not be able to read"
    assert cannot_read(here, wrote) == reason
