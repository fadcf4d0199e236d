"""A certificate and its key as files hold them, and the TLS that is made of these."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

# For TLS 1.2, and all of them with forward secrecy; those of TLS 1.3 cannot be chosen.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


class TlsError(Exception):
    """A certificate or its key cannot be used; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Pem:
    """What the files hold."""

    chain: bytes
    key: bytes = field(repr=False)
    client_ca: bytes | None


@dataclass(frozen=True, slots=True)
class Files:
    """Where the certificate, its key, and the authorities of callers' certificates are."""

    cert: Path
    key: Path
    client_ca: Path | None

    def read(self) -> Pem:
        """All of them; raises TlsError."""
        return Pem(
            chain=_read(self.cert, "CERT"),
            key=_read(self.key, "KEY"),
            client_ca=_read(self.client_ca, "CLIENT_CA") if self.client_ca else None,
        )

    def context(self, client_ca: bytes | None) -> ssl.SSLContext:
        """TLS 1.2 and 1.3, which asks callers for a certificate of `client_ca`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(CIPHERS)
        context.options |= ssl.OP_NO_RENEGOTIATION  # it costs us more than it costs callers
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.cert, self.key, password=_refuse_to_decrypt)
        except (OSError, ValueError) as error:
            raise TlsError(_unusable(error)) from error
        if client_ca is not None:
            authorities = _certificates(client_ca, "CLIENT_CA")
            context.load_verify_locations(cadata=b"".join(map(_der, authorities)))
            context.verify_mode = ssl.CERT_REQUIRED
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an intermediate one will do
        return context


def leaf_of(pem: Pem) -> x509.Certificate:
    """The certificate itself, which is good now; raises TlsError."""
    leaf = _certificates(pem.chain, "CERT")[0]
    begin, end, now = leaf.not_valid_before_utc, leaf.not_valid_after_utc, datetime.now(UTC)
    if end <= now:
        raise TlsError(
            f"The certificate of A2A_TLS_CERT_FILE has expired on {end:%Y-%m-%d}: renew it."
        )
    if begin > now:
        raise TlsError(
            f"The certificate of A2A_TLS_CERT_FILE is not good before {begin:%Y-%m-%d %H:%M} UTC: "
            "set the clock, or take another one."
        )
    return leaf


def _read(file: Path, name: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TlsError(
            f"The file of A2A_TLS_{name}_FILE cannot be read ({error.strerror}): "
            "set it to one in PEM that this process may read."
        ) from error


def _certificates(pem: bytes, name: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise TlsError(
            f"The file of A2A_TLS_{name}_FILE holds no certificate: set it to one in PEM."
        ) from error


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _refuse_to_decrypt() -> str:
    raise TlsError("The key of A2A_TLS_KEY_FILE is encrypted: store it without a password.")


def _unusable(error: Exception) -> str:
    if "MISMATCH" in str(error):
        return "The key of A2A_TLS_KEY_FILE is not that of A2A_TLS_CERT_FILE: set them to one pair."
    return "The file of A2A_TLS_KEY_FILE holds no key that can be used: set it to one in PEM."
