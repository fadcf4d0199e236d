"""HTTP to push targets: it connects to exactly the address that was screened."""

import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore
import httpx

from .targets import PushTargets

# How many of a host's addresses are tried, one after the other.
MAX_ADDRESSES = 4
CONNECT_SECONDS = 5.0
MAX_IDLE_CONNECTIONS = 50

Addresses = Callable[[str, str, int], Awaitable[Sequence[str]]]


class PushTransport(httpx.AsyncBaseTransport):
    """Neither proxies nor redirects; certificates have to match the name in the URL.

    `tls` makes the context that they are verified in, when it is needed for the first time.
    """

    def __init__(
        self,
        targets: PushTargets,
        *,
        tls: Callable[[], ssl.SSLContext] = httpx.create_ssl_context,
    ) -> None:
        self._targets = targets
        self._tls = tls
        self._transports: dict[str, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises PushTargetRefusedError and, as for everybody, httpx.TransportError."""
        scheme = self._targets.read(str(request.url)).scheme
        if scheme not in self._transports:
            tls = self._tls() if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._transports[scheme] = _Transport(tls, _Network(scheme, self._targets.addresses))
        return await self._transports[scheme].handle_async_request(request)

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()
        self._targets.close()


class _Transport(httpx.AsyncHTTPTransport):
    def __init__(self, tls: ssl.SSLContext, network: httpcore.AsyncNetworkBackend) -> None:
        super().__init__(verify=tls)
        # There is no argument for it.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=None,
            max_keepalive_connections=MAX_IDLE_CONNECTIONS,
            network_backend=network,
        )


class _Network(httpcore.AsyncNetworkBackend):
    def __init__(self, scheme: str, addresses: Addresses) -> None:
        self._scheme = scheme
        self._addresses = addresses
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface is another's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._addresses(self._scheme, host, port)
        except OSError as error:
            raise httpcore.ConnectError("the name leads nowhere") from error
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses[:MAX_ADDRESSES]:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout or CONNECT_SECONDS, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure
