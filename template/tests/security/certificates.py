"""Certificates of clients, with any names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .issuer import private_key


def certificate(
    *,
    uri: Sequence[str] = (),
    dns: Sequence[str] = (),
    common_name: str = "",
    valid: timedelta = timedelta(hours=1),
) -> bytes:
    """One in DER; who has signed it is TLS's business."""
    key = private_key("ES256-0")
    now = datetime.now(UTC)
    names = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    others = [*map(x509.DNSName, dns), *map(x509.UniformResourceIdentifier, uri)]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + valid)
    )
    if others:
        builder = builder.add_extension(x509.SubjectAlternativeName(others), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
