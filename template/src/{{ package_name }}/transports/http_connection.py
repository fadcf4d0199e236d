"""One HTTP connection: uvicorn's, with an end to whatever its caller can draw out."""

import math
from asyncio import BaseTransport, Transport
from http import HTTPStatus
from typing import Any, Literal, cast

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from .http_limits import KEEP_ALIVE_SECONDS, ConnectionLimits, refusal

# Requests that wait for the answer to the one before; hardly any client sends a second one.
MAX_PIPELINED = 8
# What a header costs beside its text, as HTTP/2 counts it (RFC 9113 6.5.2).
HEADER_OVERHEAD_BYTES = 32


class TooMuchError(Exception):
    """Headers are too large, or too many requests wait for their turn."""


class HostError(Exception):
    """There is no Host, or more than one."""


class HttpConnection(HttpToolsProtocol):
    """Its `check` ends what takes too long; it has to be called several times a second.

    The extension `tls` of a scope has the `client_certificate`, in DER, if there is one.
    """

    def __init__(self, config: Config, state: ServerState, limits: ConnectionLimits) -> None:
        super().__init__(config, state, app_state={})
        self._limits = limits
        self._certificate: bytes | None = None
        self._reading: Literal["", "headers", "body"] = ""
        self._header_bytes = 0
        self._problem = HTTPStatus.BAD_REQUEST
        self._due = self._write_due = self._body_due = math.inf

    def check(self, now: float) -> None:
        """End the connection if its caller has had its time."""
        if self.transport.is_closing():  # but not closed, as long as nobody reads the answer
            self._due = min(self._due, now + self._limits.write_timeout_seconds)
        if now < self._due and now < self._write_due:
            return
        if self.transport.is_closing() or now >= self._write_due:
            self.transport.abort()
        elif not self._reading:
            self.transport.close()
        elif self.flow.read_paused or (self.cycle and self.cycle.waiting_for_100_continue):
            self._expect_more()  # it waits for us
        elif self._reading == "headers" and not self._unanswered:
            self._due = math.inf  # until the answer before is complete
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        tls = transport.get_extra_info("ssl_object")
        self._certificate = tls and tls.getpeercert(binary_form=True)
        self._expect_more()

    def data_received(self, data: bytes) -> None:
        self._header_bytes += len(data) if self._reading else 0
        super().data_received(data)
        if self._reading and self._header_bytes > self._limits.max_header_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_due = self.loop.time() + self._limits.write_timeout_seconds

    def resume_writing(self) -> None:
        super().resume_writing()
        self._write_due = math.inf

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reading, self._header_bytes = "headers", 0
        self._expect_more()
        if self._certificate is not None:
            scope = cast(dict[str, Any], self.scope)
            scope["extensions"] = {"tls": {"client_certificate": self._certificate}}

    def on_headers_complete(self) -> None:
        texts = sum(len(name) + len(value) for name, value in self.headers)
        size = len(self.url) + texts + len(self.headers) * HEADER_OVERHEAD_BYTES
        if size > self._limits.max_header_bytes or len(self.pipeline) >= MAX_PIPELINED:
            self._problem = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise TooMuchError  # it ends in send_400_response
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) != 1 and self.parser.get_http_version() == "1.1":
            raise HostError  # RFC 9112 3.2
        self._reading, self._header_bytes = "body", 0
        self._body_due = self.loop.time() + self._limits.body_timeout_seconds
        self._expect_more()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._header_bytes = 0  # what is no body is a trailer, or stands between two chunks
        if not self.cycle.response_complete:  # else nobody needs the rest of it
            self._expect_more()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._reading, self._due = "", math.inf
        self._rest()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._reading:
            self._expect_more()
        self._rest()

    def send_400_response(self, _: str) -> None:
        self._refuse(self._problem)

    def _unsupported_upgrade_warning(self) -> None:
        pass  # callers may ask for other protocols; that is no news

    def _expect_more(self) -> None:
        self._due = self.loop.time() + self._limits.header_timeout_seconds
        if self._reading == "body":
            self._due = min(self._due, self._body_due)

    def _rest(self) -> None:
        if not self._reading and self.cycle.response_complete:
            self._due = self.loop.time() + KEEP_ALIVE_SECONDS

    @property
    def _unanswered(self) -> bool:
        """Whether what comes next is read as the answer to what is being read now."""
        if self.cycle is None:
            return True
        if self._reading == "body":
            return not self.cycle.response_started and not self.pipeline
        return self.cycle.response_complete

    def _refuse(self, status: HTTPStatus) -> None:
        if self.transport.is_closing():
            return
        if self._unanswered:
            self.transport.write(refusal(status))
        if self.cycle is not None:  # whoever works on its answer hears that the caller has gone
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._due = self.loop.time() + self._limits.write_timeout_seconds
        self.transport.close()
