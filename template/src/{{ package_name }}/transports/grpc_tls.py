"""TLS of the gRPC side, whose certificate changes while it serves."""

from collections.abc import Callable
from typing import Any, Protocol

import grpc


class Pem(Protocol):
    """A certificate with its chain, its key, and the authorities of callers' certificates."""

    @property
    def chain(self) -> bytes: ...
    @property
    def key(self) -> bytes: ...
    @property
    def client_ca(self) -> bytes | None: ...


def server_credentials(newest: Callable[[], Pem]) -> grpc.ServerCredentials:
    """For one port; new connections see the newest, which is another object when it has changed.

    Callers have to show a certificate if there are authorities for theirs at the start.
    """
    used = newest()

    def fetch() -> Any:  # for each handshake, on a thread of gRPC
        nonlocal used
        pem = newest()
        if pem is used:
            return None
        used = pem
        return _configuration(pem)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(used), fetch, require_client_authentication=used.client_ca is not None
    )


def _configuration(pem: Pem) -> Any:
    return grpc.ssl_server_certificate_configuration([(pem.key, pem.chain)], pem.client_ca)
