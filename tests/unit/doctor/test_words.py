"""Is nothing shown that opens a door?"""

from __future__ import annotations

import pytest

from provisioner.doctor.words import without_secrets


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("otlp,console", "otlp,console"),
        ("http://localhost:14317", "http://localhost:14317"),
        ("https://me:secret@example.com:1/a", "https://…@example.com:1/a"),
        ("https://example.com/a?key=secret", "https://example.com/a?…"),
    ],
)
def test_an_address_is_shown_without_login_and_query(value: str, shown: str) -> None:
    assert without_secrets(value) == shown
