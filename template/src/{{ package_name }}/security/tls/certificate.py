"""The certificate that callers see, exchanged while it is in use."""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from ...tasks.calls.security_events import security_event
from .files import Files, Pem, TlsError, leaf_of


@dataclass(frozen=True, slots=True)
class _Loaded:
    pem: Pem
    context: ssl.SSLContext
    leaf: x509.Certificate

    @property
    def end(self) -> str:
        return f"{self.leaf.not_valid_after_utc:%Y-%m-%d}"


class ServerCertificate:
    """A certificate with its key, and with the authorities that sign those of callers.

    Raises TlsError when the files cannot be used; later ones replace what is there only if they
    can. New connections see the newest, open ones go on with what they have seen.
    """

    def __init__(self, cert_file: Path, key_file: Path, client_ca_file: Path | None = None) -> None:
        self._files = Files(cert_file, key_file, client_ca_file)
        self._told: list[Callable[[float], None]] = []
        self._loaded = self._load()

    @property
    def paths(self) -> Sequence[Path]:
        """The files to watch."""
        files = (self._files.cert, self._files.key, self._files.client_ca)
        return [file for file in files if file is not None]

    @property
    def expires(self) -> float:
        """When the certificate ends, in seconds since 1970."""
        return self._loaded.leaf.not_valid_after_utc.timestamp()

    def context(self) -> ssl.SSLContext:
        """For the next connection; each new one forgets the sessions of the one before."""
        return self._loaded.context

    def pem(self) -> Pem:
        """For servers that make a context of their own; the same object until something changes."""
        return self._loaded.pem

    def tell(self, expires: Callable[[float], None]) -> None:
        """Tell when the certificate ends, now and after each reload."""
        self._told.append(expires)
        expires(self.expires)

    def reload(self) -> None:
        """Take the files as they are now; what cannot be used changes nothing."""
        try:
            self._loaded = self._load()
        except TlsError as error:
            text = f"The certificate that is good until {self._loaded.end} stays. {error}"
            security_event("certificate_refused", text, failed=True)
            return
        leaf = self._loaded.leaf
        security_event(
            "certificate_loaded",
            f"New connections see a certificate that is good until {self._loaded.end}",
            failed=False,
            tls__server__subject=leaf.subject.rfc4514_string(),
            tls__server__issuer=leaf.issuer.rfc4514_string(),
            tls__server__not_after=leaf.not_valid_after_utc.isoformat(),
        )
        for expires in self._told:
            expires(self.expires)

    def _load(self) -> _Loaded:
        pem = self._files.read()
        leaf = leaf_of(pem)
        context = self._files.context(pem.client_ca)
        if self._files.read() != pem:  # the context has read them once more
            raise TlsError("The files of A2A_TLS_CERT_FILE and A2A_TLS_KEY_FILE are being written.")
        return _Loaded(pem, context, leaf)
