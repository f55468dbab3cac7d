from __future__ import annotations

import pytest

from provisioner.prices.billing import has_us_premium


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-opus-4-5", False),
        ("claude-opus-4-6", True),
        ("claude-opus-4-10", True),
        ("claude-opus-5", True),
        ("claude-sonnet-4-0", False),
        ("claude-opus-4", False),
        ("claude-3-7-sonnet-latest", False),
        ("claude-sonnet", False),
    ],
)
def test_models_from_46_on_cost_more_in_the_us_alone(model: str, *, expected: bool) -> None:
    assert has_us_premium(model) == expected
