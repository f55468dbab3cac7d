"""Are keys and tokens masked, and is everything else left alone?"""

from __future__ import annotations

import base64

import pytest

from provisioner.redact import MASK, SECRETS, masked, redacted

LETTERS = "aB3dE5gH1jK2mN4pQ6sT7vW8xY9zA0cD"
TEXT_64 = (LETTERS * 2)[:64]
HEX_64 = "9f86d081884c7d659a2feaa0c55ad015" * 2
BEFORE, AFTER = "curl -d ", " | tail -1"


def _joined(*parts: str) -> str:
    """An invented key, in pieces: whoever looks for leaked keys must not find one here."""
    return "".join(parts)


EXAMPLES = {
    "Anthropic": [_joined("sk-ant-", "api03-", TEXT_64), _joined("sk-ant-", "oat01-", LETTERS)],
    "OpenAI": [_joined("sk-proj-", LETTERS, "T3Blbk", "FJ", LETTERS)],
    "OpenAI project": [_joined("sk-proj-", TEXT_64), _joined("sk-svcacct-", TEXT_64)],
    "OpenAI, older": [_joined("sk-", TEXT_64[:48])],
    "OpenRouter": [_joined("sk-or-v1-", HEX_64)],
    "AWS access key": [_joined("AKIA", "IOSFODNN7EXAMPLE")],
    "AWS session key": [_joined("ASIA", "IOSFODNN7EXAMPLE")],
    "AWS secret in a file": [_joined("aws_secret_access_key = ", TEXT_64[:40])],
    "AWS secret in a variable": [_joined("AWS_SECRET_ACCESS_KEY='", TEXT_64[:40])],
    "AWS secret in JSON": [_joined('SecretAccessKey": "', TEXT_64[:40])],
    "Google API key": [_joined("AIza", TEXT_64[:35])],
    "Google access token": [_joined("ya29.", LETTERS)],
    "Google client secret": [_joined("GOCSPX-", TEXT_64[:28])],
    "Azure storage": [_joined("AccountKey=", TEXT_64, "==")],
    "GitHub": [_joined(f"gh{kind}_", TEXT_64[:36]) for kind in "pousr"],
    "GitHub, fine-grained": [_joined("github_pat_", TEXT_64)],
    "GitLab": [_joined("glpat-", LETTERS), _joined("glrt-", LETTERS)],
    "Slack": [_joined("xoxb-", "1234567890-", LETTERS)],
    "Slack app": [_joined("xapp-1-", "A012BCDEF-", LETTERS)],
    "Slack webhook": [_joined("hooks.slack.com/", "services/T0AAAAAAA/B0AAAAAAA/", LETTERS)],
    "Stripe": [_joined("k_live_", LETTERS)],
    "Stripe, test": [_joined("k_test_", LETTERS)],
    "webhook": [_joined("whsec_", LETTERS)],
    "npm": [_joined("npm_", TEXT_64[:36])],
    "PyPI": [_joined("pypi-", "AgEIcHlwaS5vcmc", TEXT_64)],
    "Hugging Face": [_joined("hf_", "abcdefghijklmnopqrstuvwxyzABCDEFGH")],
    "SendGrid": [_joined("SG.", TEXT_64[:22], ".", TEXT_64[:43])],
    "DigitalOcean": [_joined("_v1_", HEX_64)],
    "Vault": [_joined("hvs.", LETTERS)],
    "JSON web token": [
        ".".join(
            base64.urlsafe_b64encode(part).decode().rstrip("=")
            for part in (b'{"alg":"HS256"}', b'{"sub":"1234567890"}', b"signature of it")
        )
    ],
    "bearer token": [_joined("earer ", LETTERS)],
    "authorization": [_joined('uthorization": "Basic ', LETTERS), "uthorization=token abcd1234"],
    "API key header": [_joined("-api-key: ", LETTERS)],
    "password in a URL": ["://ada:lovelace@", "://:secret@"],
}

HARMLESS = (
    "req_011CSHoEeqs5C35K2UUqR7Fy",
    "toolu_01AbCdEfGhIjKlMnOpQrStUv",
    "msg_01AbCdEfGhIjKlMnOpQrStUv",
    "user_01AbCdEfGhIjKlMnOp",
    "3f2b8c1e-8a77-4b39-9c63-0a1b2c3d4e5f",
    "9fceb02d0ae598e95dc970b74767f19372d61af8",
    HEX_64,
    "us.anthropic.claude-sonnet-4-20250514-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-v1:0",
    "claude-opus-5-5[1m]",
    "task-proj-migrate-the-database",
    "ask-anthropic-about-the-new-models-of-this-week",
    "risk-assessment-of-something-rather-long",
    "global-warming-is-a-rather-long-word",
    "https://github.com/acme/widgets.git",
    "http://localhost:14318/v1/logs?from=ada@example.org",
    "git@github.com:acme/widgets.git",
    "ada@example.org",
    "a basic internationalization of the bearer",
    "authorization: required parameters are missing",
    "2026-11-23T01:47:41.450Z",
    "0.012345",
)


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_a_secret_is_masked_wherever_it_stands(kind: str) -> None:
    for secret in EXAMPLES[kind]:
        assert masked(f"{BEFORE}{secret}{AFTER}") == f"{BEFORE}{MASK}{AFTER}"


def test_of_a_private_key_nothing_is_left() -> None:
    key = _joined("-----BEGIN RSA PRIV", "ATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n")
    assert masked(f"{BEFORE}{key}") == f"{BEFORE}{MASK}"


def test_every_pattern_has_an_example() -> None:
    assert {*EXAMPLES, "private key"} == SECRETS.keys()


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


def test_only_texts_are_looked_at() -> None:
    secret = EXAMPLES["GitHub"][0]
    assert redacted({"cost_usd": 0.5, "ok": True, "said": secret}) == {
        "cost_usd": 0.5,
        "ok": True,
        "said": MASK,
    }


def test_what_is_masked_stays_masked() -> None:
    secrets = " ".join(secret for each in EXAMPLES.values() for secret in each)
    assert masked(masked(secrets)) == masked(secrets)
