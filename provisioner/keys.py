"""By what do the engines know one another, and the door its clients? A certificate, and a token.

Every engine shows the same certificate as a server and as a client, and accepts that one alone. It
is made together with an authority that signs nothing else: its key is forgotten at once.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.files import write_atomically

if TYPE_CHECKING:  # cryptography takes long to load, and only `up` makes keys
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

FOLDER = "secrets"
KEY = "key.pem"
TOKEN = "ingest-token"  # noqa: S105 - its file's name
VALID = timedelta(days=3650)
LEFT = timedelta(days=90)
"""A key that has less time left is made anew."""

NAMES = ("localhost", "collector", "gateway", "grafana", "loki", "prometheus")
ADDRESSES = ("127.0.0.1", "::1")


def key_file(home: Path) -> Path:
    """Private key, certificate and authority, in one file: programs take of it what they need."""
    return home / FOLDER / KEY


def token_file(home: Path) -> Path:
    """What whoever sends telemetry has to show."""
    return home / FOLDER / TOKEN


def make_keys(home: Path, now: datetime | None = None) -> None:
    """Make what is missing, and the key anew when its time is about to end."""
    make_token(home)
    if not _lasts(key_file(home), now or datetime.now(tz=UTC)):
        write_atomically(key_file(home), _new_key(now or datetime.now(tz=UTC)), mode=0o600)


def make_token(home: Path) -> str:
    """The token; made once."""
    if not read_token(home):
        path = token_file(home)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, f"{secrets.token_urlsafe(32)}\n", mode=0o600)
    return read_token(home)


def read_token(home: Path) -> str:
    """The token; empty where there is none yet, or none that this user may read."""
    try:
        return token_file(home).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def fingerprint(home: Path) -> str:
    """Changes with the key and the token; tells nothing of either. Empty without them."""
    try:
        parts = [path.read_bytes() for path in (key_file(home), token_file(home))]
    except OSError:
        return ""
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:16]


def _lasts(path: Path, now: datetime) -> bool:
    """Whether there is a key with time left; what is not one is none."""
    from cryptography import x509  # noqa: PLC0415 - see above

    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return False
    return all(each.not_valid_after_utc - now > LEFT for each in certificates)


def _new_key(now: datetime) -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - see above

    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("claude-otel authority", authority_key, None, authority_key, now)
    leaf = _certificate("claude-otel", key, authority, authority_key, now)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = serialization.Encoding.PEM
    return (private + leaf.public_bytes(pem) + authority.public_bytes(pem)).decode()


def _certificate(
    name: str,
    key: EllipticCurvePrivateKey,
    authority: x509.Certificate | None,
    signing: EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """A certificate of a key; without an authority, that of the authority itself."""
    from cryptography import x509  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - see above

    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
    )
    for extension, is_critical in _extensions(key, signing, is_authority=authority is None):
        builder = builder.add_extension(extension, critical=is_critical)
    return builder.sign(signing, hashes.SHA256())


def _extensions(
    key: EllipticCurvePrivateKey, signing: EllipticCurvePrivateKey, *, is_authority: bool
) -> list[tuple[x509.ExtensionType, bool]]:
    from cryptography import x509  # noqa: PLC0415 - see above
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415 - see above

    usage = dict.fromkeys(_USAGES, False) | {
        "key_cert_sign": is_authority,
        "digital_signature": not is_authority,
    }
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    common: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), True),
        (x509.KeyUsage(**usage), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (signer, False),
    ]
    if is_authority:
        return common
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    names = [*map(x509.DNSName, NAMES), *(x509.IPAddress(ip_address(each)) for each in ADDRESSES)]
    return [
        *common,
        (x509.ExtendedKeyUsage(purposes), False),
        (x509.SubjectAlternativeName(names), False),
    ]


_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
"""All have to be said."""
