"""How callers reach the agent: one module for each binding it serves."""

import ssl
import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self, cast

import httpx
import trustme
from a2a.client import A2ACardResolver, Client, ClientConfig, ClientFactory
from a2a.types import (
    AgentCard,
    GetTaskRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    StreamResponse,
    SubscribeToTaskRequest,
    Task,
)
from a2a.utils.errors import A2A_ERROR_REASONS, A2AError
from google.protobuf.message import Message as ProtobufMessage

from ..security.mounts import chain_of, trusting

# httpx reads all certificates of the machine for each client, unless it is given a context.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
NOTHING: Mapping[str, str] = MappingProxyType({})


class Tls:
    """What a caller needs where plain connections are not enough, in the forms that clients take.

    That is an authority to trust, and a certificate to show, if the caller has one.
    """

    def __init__(self, authority: trustme.CA, *, as_: trustme.LeafCert | None = None) -> None:
        self.context = trusting(authority, as_=as_)
        self.authority = authority.cert_pem.bytes()
        self.key = as_.private_key_pem.bytes() if as_ else None
        self.chain = chain_of(as_) if as_ else None


class Refusal(NamedTuple):
    """What an error says, in words that all bindings share, and in the headers they share."""

    reason: str
    message: str
    challenge: str = ""
    retry_after: str = ""

    @classmethod
    def of(cls, error: A2AError) -> Self:
        """The refusal that the SDK's client has raised."""
        return cls(A2A_ERROR_REASONS[type(error)], error.message)


ACCEPTED = Refusal("", "")


def refusal_of(reason: str, message: str, headers: Mapping[str, str]) -> Refusal:
    """The refusal that these headers, or this trailing metadata, came with."""
    challenge, retry_after = headers.get("www-authenticate", ""), headers.get("retry-after", "")
    return Refusal(reason, message, challenge, retry_after)


class Caller(ABC):
    """Calls one agent over one binding: `client` is the SDK's, `refusal` calls by hand.

    `headers` go with every call, like those that say who calls. Without `tls`, connections are
    plain.
    """

    binding: ClassVar[str]

    def __init__(
        self, card: AgentCard, headers: Mapping[str, str] = NOTHING, tls: Tls | None = None
    ) -> None:
        self.card = card
        self.headers = headers
        self.tls = tls
        self.url = next(
            interface.url
            for interface in card.supported_interfaces
            if interface.protocol_binding == self.binding
        )
        self.by_hand = http_client(tls, headers=headers)
        self._http = http_client(tls, headers=headers)  # for the SDK, which adds some of its own
        self.client = self._sdk_client(streaming=True)
        self._unary_client = self._sdk_client(streaming=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()

    async def hang_up(self) -> None:
        """Close all connections, whatever is under way."""
        await self.client.close()
        await self._unary_client.close()
        await self._http.aclose()
        await self.by_hand.aclose()

    async def send(self, request: SendMessageRequest) -> Any:
        """Task or message that answers the request, once it is there."""
        async for answer in self._unary_client.send_message(request):
            return getattr(answer, answer.WhichOneof("payload") or "")
        raise AssertionError("no answer")

    def stream(self, request: SendMessageRequest) -> AsyncGenerator[StreamResponse]:
        """Events that answer the request, as they come."""
        return cast("AsyncGenerator[StreamResponse]", self.client.send_message(request))

    def subscribe(self, task_id: str) -> AsyncGenerator[StreamResponse]:
        """The task as it is now, then its events as they come."""
        request = SubscribeToTaskRequest(id=task_id)
        return cast("AsyncGenerator[StreamResponse]", self.client.subscribe(request))

    async def get(self, task_id: str, **fields: Any) -> Task:
        """The task as it is now."""
        return await self.client.get_task(GetTaskRequest(id=task_id, **fields))

    @abstractmethod
    async def refusal(
        self, operation: str, request: ProtobufMessage, *, version: str | None = "1.0"
    ) -> Refusal:
        """Send any request as it is."""

    def _sdk_client(self, *, streaming: bool) -> Client:
        config = ClientConfig(
            streaming=streaming,
            supported_protocol_bindings=[self.binding],
            **self._connection(),
        )
        return ClientFactory(config).create(self.card)

    def _connection(self) -> dict[str, Any]:
        return {"httpx_client": self._http}


Connect = Callable[..., Awaitable[Caller]]


def http_client(tls: Tls | None = None, **options: Any) -> httpx.AsyncClient:
    """With a read timeout beyond the pings of a quiet stream."""
    context = NO_TLS if tls is None else tls.context
    return httpx.AsyncClient(timeout=httpx.Timeout(10, read=60), verify=context, **options)


async def card_of(address: str, tls: Tls | None = None) -> AgentCard:
    """The public card, as the SDK's client finds it."""
    async with http_client(tls) as http:
        return await A2ACardResolver(http, address).get_agent_card()


def says(text: str, *, message_id: str = "", **fields: Any) -> SendMessageRequest:
    """A new message of the caller; `fields` are those of Message."""
    return SendMessageRequest(
        message=Message(
            message_id=message_id or str(uuid.uuid4()),
            role=Role.ROLE_USER,
            parts=[Part(text=text)],
            **fields,
        )
    )


def text_of(task: Task) -> str:
    """All text of its artifacts, as a caller would print it."""
    return "".join(part.text for artifact in task.artifacts for part in artifact.parts)
