"""One attempt to deliver a notification: what is sent, and how its end is understood."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx
from a2a.types import TaskPushNotificationConfig

from .answers import DeliveryError, TryAgainError, check_answer

# Takes a payload and a header, and makes a detached JWS of them (RFC 7515, appendix F).
Sign = Callable[[bytes, Mapping[str, Any]], str]

SIGNATURE = "A2A-Notification-Signature"
TOKEN = "X-A2A-Notification-Token"  # noqa: S105 - the name of a header
# Requests with this extension go to addresses that nobody else should read.
DISCREET = "discreet"
# Whoever has answered gets this to come to the end, so that the connection can be used again.
BODY_SECONDS = 1.0
BODY_BYTES = 4096


class PushTargetRefusedError(Exception):
    """This agent sends nothing to that address; the text is one sentence for callers."""


class PushPost:
    """Sends to what `transport` lets through; it may raise PushTargetRefusedError."""

    def __init__(
        self, transport: httpx.AsyncBaseTransport, *, sign: Sign | None, timeout_seconds: float
    ) -> None:
        self._transport = transport
        self._sign = sign
        self._timeout_seconds = timeout_seconds

    async def send(
        self, config: TaskPushNotificationConfig, body: bytes, notification_id: str
    ) -> None:
        """Raises DeliveryError, or TryAgainError where another attempt may do better."""
        headers = _headers(config)
        if self._sign is not None:
            header = {
                "jti": notification_id,
                "iat": int(time.time()),
                "aud": config.url,
                "taskId": config.task_id,
            }
            headers[SIGNATURE] = self._sign(body, header)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._post(config.url, headers, body)
        except TimeoutError:
            raise TryAgainError("no answer came in time") from None
        except PushTargetRefusedError:
            raise DeliveryError("this agent sends nothing to its target") from None
        except (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
            raise DeliveryError(type(error).__name__) from None
        except httpx.TransportError as error:
            raise TryAgainError(type(error).__name__) from None

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        # Without a client: nothing follows redirects, keeps cookies or asks a proxy.
        request = httpx.Request(
            "POST", url, headers=headers, content=body, extensions={DISCREET: True}
        )
        answer = await self._transport.handle_async_request(request)
        try:
            check_answer(answer)
            await _read_some(answer)
        finally:
            await answer.aclose()


def _headers(config: TaskPushNotificationConfig) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "a2a-agent"}
    if config.token:
        headers[TOKEN] = config.token
    authentication = config.authentication
    if authentication.scheme and authentication.credentials:
        headers["Authorization"] = f"{authentication.scheme} {authentication.credentials}"
    return headers


async def _read_some(answer: httpx.Response) -> None:
    # The notification has been taken, whatever comes of the rest.
    size = 0
    with suppress(TimeoutError, httpx.TransportError):
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in answer.aiter_raw():
                size += len(chunk)
                if size > BODY_BYTES:
                    return
