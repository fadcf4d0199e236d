"""Folders that certificates are mounted in, and callers that see what was mounted."""

import ssl
from pathlib import Path

import trustme
from cryptography import x509


class Mount:
    """A certificate and its key in files, which may be exchanged like any others."""

    def __init__(self, folder: Path, leaf: trustme.LeafCert) -> None:
        self.cert, self.key = folder / "tls.crt", folder / "tls.key"
        self.client_ca = folder / "ca.crt"
        self.put(leaf)

    def put(self, leaf: trustme.LeafCert) -> None:
        """The files hold this pair from now on."""
        self.cert.write_bytes(chain_of(leaf))
        self.key.write_bytes(leaf.private_key_pem.bytes())

    def trust(self, authority: trustme.CA) -> Path:
        """Callers need a certificate that this one has signed."""
        authority.cert_pem.write_to_path(self.client_ca)
        return self.client_ca


class Volume(Mount):
    """The same as Kubernetes mounts it: links to a folder, which gives way to the next one."""

    def put(self, leaf: trustme.LeafCert) -> None:
        """One link is renamed, and both files are exchanged at once."""
        folder = self.cert.parent
        version = folder / f"..{serial_of(leaf)}"
        version.mkdir()
        (version / self.cert.name).write_bytes(chain_of(leaf))
        (version / self.key.name).write_bytes(leaf.private_key_pem.bytes())
        (folder / "..data_tmp").symlink_to(version.name)
        (folder / "..data_tmp").rename(folder / "..data")
        for file in (self.cert, self.key):
            if not file.is_symlink():
                file.symlink_to(f"..data/{file.name}")


def chain_of(leaf: trustme.LeafCert) -> bytes:
    """The certificate first, then those that have signed it."""
    return b"".join(blob.bytes() for blob in leaf.cert_chain_pems)


def serial_of(leaf: trustme.LeafCert) -> int:
    """What tells one certificate from the next."""
    return x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()).serial_number


def shown_by(server: ssl.SSLObject) -> int:
    """The serial number of the certificate that a connection was made with."""
    der = server.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


def trusting(authority: trustme.CA, *, as_: trustme.LeafCert | None = None) -> ssl.SSLContext:
    """What callers connect with; `as_` is the certificate that they show."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    if as_ is not None:
        as_.configure_cert(context)
    return context
