"""The gRPC side: same handler, same agent."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any, Literal

import grpc
from a2a.auth.user import User
from a2a.compat.v0_3.a2a_v0_3_pb2_grpc import add_A2AServiceServicer_to_server as add_v0_3_service
from a2a.compat.v0_3.grpc_handler import CompatGrpcHandler
from a2a.server.context import ServerCallContext
from a2a.server.request_handlers import GrpcHandler, RequestHandler
from a2a.server.request_handlers.grpc_handler import DefaultGrpcServerCallContextBuilder
from a2a.types import a2a_pb2
from a2a.types.a2a_pb2_grpc import add_A2AServiceServicer_to_server
from a2a.utils.constants import VERSION_HEADER
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection

from ..tasks.calls.admission import Admit
from ..tasks.calls.call import CALL, Call
from .grpc_door import TRANSPORT, Door, admission
from .grpc_options import server_options
from .grpc_refusals import Context, Refusing
from .grpc_tls import Pem, server_credentials

SERVICE = a2a_pb2.DESCRIPTOR.services_by_name["A2AService"].full_name
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
# So long new calls are refused in words before connections end, and open ones may take to notice.
LAST_SECONDS = 0.2
COMPRESSION = {"none": grpc.Compression.NoCompression, "gzip": grpc.Compression.Gzip}


class CallContextBuilder(DefaultGrpcServerCallContextBuilder):
    """Reads the protocol version from the metadata (spec 10.2)."""

    def __init__(self, version: str) -> None:
        self._version = version

    def build(self, context: grpc.aio.ServicerContext[Any, Any]) -> ServerCallContext:
        """The context of one call."""
        built = super().build(context)
        version = dict(context.invocation_metadata() or ()).get(VERSION_HEADER.lower(), "")
        built.state[CALL] = Call(
            transport=TRANSPORT,
            address=admission.get().address,
            version=str(version),
            versions=frozenset({self._version}),
        )
        return built

    def build_user(self, _: Context) -> User:
        """Who has been admitted."""
        return admission.get().principal


class _Handler(Refusing, GrpcHandler):
    pass


class _LegacyHandler(Refusing, CompatGrpcHandler):
    pass


class GrpcServer:
    """One service on one port; a stop waits `patience_seconds` for open calls.

    `tls` gives what the next connection sees.
    """

    def __init__(
        self,
        handler: RequestHandler,
        *,
        host: str,
        port: int,
        max_message_bytes: int,
        max_connections: int = 1000,
        max_connection_age_seconds: float,
        handshake_timeout_seconds: float = 10,
        patience_seconds: float,
        compression: Literal["none", "gzip"],
        v0_3_clients: bool,
        with_reflection: bool,
        interceptors: Sequence[grpc.aio.ServerInterceptor],
        admit: Admit,
        refused: Callable[[str, str], None],
        tls: Callable[[], Pem] | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._tls = tls
        self._address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._door = Door(admit=admit, refused=refused, timeout_seconds=handshake_timeout_seconds)
        self._server = grpc.aio.server(
            interceptors=[*interceptors, self._door],
            compression=COMPRESSION[compression],
            options=server_options(
                max_message_bytes=max_message_bytes,
                max_connections=max_connections,
                max_connection_age_seconds=max_connection_age_seconds,
                handshake_timeout_seconds=handshake_timeout_seconds,
                patience_seconds=patience_seconds,
            ),
        )
        self._patience_seconds = patience_seconds
        self._leaving: asyncio.Task[None] | None = None
        self._health = HealthServicer()
        names = [SERVICE, health.SERVICE_NAME]
        servicer = _Handler(handler, CallContextBuilder("1.0"))
        add_A2AServiceServicer_to_server(servicer, self._server)
        if v0_3_clients:
            legacy = _LegacyHandler(handler, CallContextBuilder("0.3"))
            add_v0_3_service(legacy, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if with_reflection:
            names.append(reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, self._server)

    async def start(self) -> None:
        """Listen and report SERVING; raises OSError when the port is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        socket.create_server((self._host, self._port), family=family).close()  # gRPC never says why
        if self._tls is None:
            self._server.add_insecure_port(self._address)
        else:
            self._server.add_secure_port(self._address, server_credentials(self._tls))
        await self._server.start()
        await self.announce(ready=True)

    async def announce(self, *, ready: bool) -> None:
        """Report it to whoever checks or watches, until the stop is announced."""
        for service in (health.OVERALL_HEALTH, SERVICE):
            await self._health.set(service, SERVING if ready else NOT_SERVING)

    async def announce_stop(self) -> None:
        """Report NOT_SERVING to whoever checks or watches, for good."""
        await self._health.enter_graceful_shutdown()

    def refuse(self) -> None:
        """Take no new calls; those under way go on."""
        self._door.closed = True
        self._leaving = asyncio.create_task(self._leave())

    async def stop(self) -> None:
        """Cut what is left; watchers of our health would use up the whole patience."""
        if self._leaving is not None:
            self._leaving.cancel()
        await self._server.stop(LAST_SECONDS)

    async def _leave(self) -> None:
        # Calls that arrive while gRPC itself stops end as CANCELLED, which nobody repeats
        # (grpc/grpc#41785): so callers hear of it before their connections end.
        await asyncio.sleep(LAST_SECONDS)
        await self._server.stop(self._patience_seconds)
