"""Which model is meant, whatever a provider adds to its name?"""

from __future__ import annotations

import re
from functools import lru_cache

MODEL_DECORATIONS = (
    (r"\[[^\]]*\]$", ""),
    (r"^arn:.*:(application-inference-profile/)", "${1}"),
    (r"^(?:.*[./])?anthropic[./](.+?)(?:-v[0-9]+(?::[0-9]+)?)?$", "${1}"),
    (r"^(claude-.*)@([0-9]{8})$", "${1}-${2}"),
    (r"^(claude-.*)@[a-z]+$", "${1}"),
)
"""What providers and variants add to a name, and what is left: in Go's regular expressions."""


@lru_cache(maxsize=1024)
def clean_model(model: str) -> str:
    """A model's name without what providers and variants add to it."""
    for pattern, left in MODEL_DECORATIONS:
        # Go writes a group as ${1} and an end that no line may follow as $.
        found = re.sub(r"\$$", r"\\Z", pattern)
        model = re.sub(found, re.sub(r"\$\{(\d)\}", r"\\\1", left), model)
    return model
