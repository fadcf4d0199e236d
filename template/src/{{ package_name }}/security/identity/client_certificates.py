"""Client certificates: TLS has verified them, and here is whom they name."""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

from cryptography import x509
from cryptography.x509.oid import NameOID

from ...tasks.calls.admission import Knock
from ...tasks.calls.principal import Principal
from .credentials import MAX_CHARACTERS, CredentialsError, names_somebody

ISSUER = "mtls"
REMEMBERED = 1024
UNREADABLE = (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
SPIFFE = "spiffe://"


class ClientCertificates:
    """Knows callers by the name in their certificate, which is read once."""

    scheme: ClassVar[str] = "ClientCertificate"

    def __init__(self) -> None:
        self._read: OrderedDict[bytes, tuple[Principal, datetime]] = OrderedDict()

    async def __call__(self, knock: Knock) -> Principal | None:
        """Whom the certificate names; connections may outlive it, so its end is looked at again."""
        if knock.certificate is None:
            return None
        principal, ends = self._read.get(knock.certificate) or self._remember(knock.certificate)
        if datetime.now(UTC) >= ends:
            raise CredentialsError("The client certificate has expired.", reason="expired")
        return principal

    def _remember(self, der: bytes) -> tuple[Principal, datetime]:
        try:
            certificate = x509.load_der_x509_certificate(der)
            subject = next(_names(certificate), "")
        except UNREADABLE:
            subject = ""
        if not names_somebody(subject):
            raise CredentialsError(
                "The client certificate names nobody.", reason="no usable name in the certificate"
            )
        found = Principal(issuer=ISSUER, subject=subject), certificate.not_valid_after_utc
        if len(der) <= MAX_CHARACTERS:
            self._read[der] = found
        if len(self._read) > REMEMBERED:
            self._read.popitem(last=False)
        return found


def _names(certificate: x509.Certificate) -> Iterator[str]:
    """The best one first."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        pass
    else:
        addresses = extension.value.get_values_for_type(x509.UniformResourceIdentifier)
        yield from sorted(addresses, key=lambda address: not address.startswith(SPIFFE))
        yield from filter(_is_no_address, extension.value.get_values_for_type(x509.DNSName))
    for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        yield from filter(_is_no_address, [str(name.value)])


def _is_no_address(name: str) -> bool:
    # Authorities are careful with addresses, and less so with what else a certificate may say.
    return "://" not in name
