"""Which texts are keys and tokens, and what is left of them?

The collector masks them before anything is written to disk, this masks what does not pass it. The
patterns are read by Go and by Python alike. Each begins with letters that are always there: those
cost a microsecond for all attributes of an event, others ten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from provisioner.records import Value

MASK = "****"

SECRETS = {
    "Anthropic": r"sk-ant-[a-z]+[0-9]+-[\w-]{20,}",
    "OpenAI": r"sk-[\w-]*T3BlbkFJ[\w-]{20,}",
    "OpenAI project": r"sk-(?:proj|svcacct|admin)-[\w-]{40,}",
    "OpenAI, older": r"sk-[A-Za-z0-9]{48}",
    "OpenRouter": r"sk-or-v1-[0-9a-f]{64}",
    "AWS access key": r"AKIA[A-Z2-7]{16}",
    "AWS session key": r"ASIA[A-Z2-7]{16}",
    "AWS secret in a file": r"""aws_secret_access_key["']?\s*[=:]\s*["']?[A-Za-z0-9/+]{40}""",
    "AWS secret in a variable": r"""AWS_SECRET_ACCESS_KEY["']?\s*[=:]\s*["']?[A-Za-z0-9/+]{40}""",
    "AWS secret in JSON": r"""SecretAccessKey["']?\s*[=:]\s*["']?[A-Za-z0-9/+]{40}""",
    "Google API key": r"AIza[\w-]{35}",
    "Google access token": r"ya29\.[\w-]{20,}",
    "Google client secret": r"GOCSPX-[\w-]{28}",
    "Azure storage": r"AccountKey=[A-Za-z0-9+/=]{40,}",
    "GitHub": r"gh[pousr]_[A-Za-z0-9]{36,}",
    "GitHub, fine-grained": r"github_pat_\w{40,}",
    "GitLab": r"gl(?:pat|rt|dt|ptt|cbt|ft|oas|soat|agent|imt|ffct)-[\w-]{20,}",
    "Slack": r"xox[a-z]-[\w-]{10,}",
    "Slack app": r"xapp-[0-9]-[\w-]{10,}",
    "Slack webhook": r"hooks\.slack\.com/services/[\w/]{20,}",
    "Stripe": r"k_live_[A-Za-z0-9]{16,}",
    "Stripe, test": r"k_test_[A-Za-z0-9]{16,}",
    "webhook": r"whsec_[A-Za-z0-9+/=]{20,}",
    "npm": r"npm_[A-Za-z0-9]{36}",
    "PyPI": r"pypi-[\w-]{50,}",
    "Hugging Face": r"hf_[A-Za-z]{34}",
    "SendGrid": r"SG\.[\w-]{22}\.[\w-]{43}",
    "DigitalOcean": r"_v1_[0-9a-f]{64}",
    "Vault": r"hvs\.[\w-]{24,}",
    "JSON web token": r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*",
    "bearer token": r"earer [\w.~+/=-]{20,}",
    "authorization": (
        r"""uthorization["']?\s*[=:]\s*["']?(?:[Bb]asic|[Bb]earer|[Tt]oken) +"""
        r"[\w.~+/=-]{8,}"
    ),
    "API key header": r"""-api-key["']?\s*[=:]\s*["']?[\w.-]{16,}""",
    "password in a URL": r"""://[^/?#\s:@"']*:[^/?#\s@"']+@""",
}
"""By whose they are. A key that anybody could have made up, such as a password, has no pattern."""

PATTERNS = tuple(SECRETS.values())

_COMPILED = tuple(re.compile(pattern, re.ASCII) for pattern in PATTERNS)


def redacted(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Attributes with what is secret in their texts masked."""
    return {
        name: masked(value) if isinstance(value, str) else value
        for name, value in attributes.items()
    }


@lru_cache(maxsize=8192)
def masked(text: str) -> str:
    """A text without the keys and tokens in it."""
    for pattern in _COMPILED:
        text = pattern.sub(MASK, text)
    return text
