"""Are keys made once, private, and good for what the engines do with them?"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from provisioner.backends import post_otlp
from provisioner.errors import DeliveryFailed
from provisioner.keys import (
    ADDRESSES,
    LEFT,
    NAMES,
    VALID,
    fingerprint,
    key_file,
    make_keys,
    make_token,
    read_token,
    token_file,
)
from tests.servers import Answer, serving

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _certificates(home: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(key_file(home).read_bytes())


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    make_keys(tmp_path)
    before = fingerprint(tmp_path)
    make_keys(tmp_path)
    assert fingerprint(tmp_path) == before
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    modes = {each(tmp_path).stat().st_mode & 0o777 for each in (key_file, token_file)}
    assert modes == {0o600}


def test_the_certificate_serves_and_asks_under_every_name_of_the_engines(tmp_path: Path) -> None:
    make_keys(tmp_path, NOW)
    leaf, authority = _certificates(tmp_path)
    leaf.verify_directly_issued_by(authority)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert tuple(names.get_values_for_type(x509.DNSName)) == NAMES
    assert tuple(map(str, names.get_values_for_type(x509.IPAddress))) == ADDRESSES
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(purposes) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert leaf.not_valid_after_utc == NOW + VALID


def test_the_authority_signs_nothing_else(tmp_path: Path) -> None:
    make_keys(tmp_path)
    assert key_file(tmp_path).read_text(encoding="utf-8").count("PRIVATE KEY-----") == 2
    leaf, authority = _certificates(tmp_path)
    limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize(
    ("later", "is_new"),
    [(timedelta(0), False), (VALID - LEFT - timedelta(days=1), False), (VALID - LEFT, True)],
)
def test_a_key_is_made_anew_before_it_ends(
    tmp_path: Path, later: timedelta, *, is_new: bool
) -> None:
    make_keys(tmp_path, NOW)
    before, token = key_file(tmp_path).read_text(encoding="utf-8"), read_token(tmp_path)
    make_keys(tmp_path, NOW + later)
    assert (key_file(tmp_path).read_text(encoding="utf-8") != before) is is_new
    assert read_token(tmp_path) == token


def test_what_is_no_key_is_made_anew(tmp_path: Path) -> None:
    make_keys(tmp_path)
    key_file(tmp_path).write_text("", encoding="utf-8")
    make_keys(tmp_path)
    assert len(_certificates(tmp_path)) == 2


def test_a_token_has_256_bits_and_fits_into_a_header(tmp_path: Path) -> None:
    token = make_token(tmp_path)
    assert len(token) == 43
    assert token.replace("-", "").replace("_", "").isalnum()
    assert make_token(tmp_path) == token


def test_without_keys_there_is_no_token_and_no_fingerprint(tmp_path: Path) -> None:
    assert (read_token(tmp_path), fingerprint(tmp_path)) == ("", "")


def test_a_server_with_the_key_serves_only_who_has_it(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    make_keys(ours)
    make_keys(theirs)
    with serving(lambda _: Answer(), key_file(ours)) as server:
        post_otlp(server.url, b"", "application/json", key=key_file(ours))
        with pytest.raises(DeliveryFailed):
            post_otlp(server.url, b"", "application/json", key=key_file(theirs))
        with pytest.raises(DeliveryFailed):
            post_otlp(server.url, b"", "application/json")
    assert len(server.requests) == 1


def test_a_key_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeliveryFailed, match=r"key\.pem"):
        post_otlp("https://127.0.0.1:1", b"", "application/json", key=key_file(tmp_path))


def test_quick_commands_do_not_load_cryptography() -> None:
    look = "import sys, provisioner.up, provisioner.workspace; print('cryptography' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
