"""Calls that are turned away: for who makes them, for how many there are, or for want of a part.

The first two are errors of the caller (spec 3.3.2, 13.1), the last one is ours.
"""

from collections.abc import Sequence
from typing import ClassVar

from a2a.utils.errors import A2AError


class RefusedError(A2AError):
    """The same on each binding: an HTTP status, a status of google.rpc, and one sentence.

    `reason` is what operators count it as, and `detail` tells them more; callers never learn more
    than the sentence, and after how many seconds the same call may succeed, if that is not 0.
    """

    http_status: ClassVar[int]
    status: ClassVar[str]  # of google.rpc.Code
    reason: ClassVar[str]  # as it is counted
    detail: str = ""
    retry_after_seconds: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """What an HTTP answer says beside its body."""
        seconds = self.retry_after_seconds
        return {"Retry-After": str(seconds)} if seconds else {}


class UnauthenticatedError(RefusedError):
    """Nobody knows who calls; `challenges` say how to tell (RFC 9110 11.6.1)."""

    http_status, status, reason = 401, "UNAUTHENTICATED", "authentication"

    def __init__(self, message: str, *, challenges: Sequence[str], detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail
        self.challenges = tuple(challenges)

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": ", ".join(self.challenges)}


class PermissionDeniedError(RefusedError):
    """It is known who calls, and that is not enough; `challenge` names the scopes that are."""

    http_status, status, reason = 403, "PERMISSION_DENIED", "authorization"

    def __init__(self, message: str, *, challenge: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.challenge = challenge
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": self.challenge} if self.challenge else {}


class RateLimitedError(RefusedError):
    """Too many at once, or within a time."""

    http_status, status, reason = 429, "RESOURCE_EXHAUSTED", "rate_limit"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = max(1, retry_after_seconds)


class UnavailableError(RefusedError):
    """Not now; whether the agent has done what was asked for is not known."""

    http_status, status, reason = 503, "UNAVAILABLE", "unavailable"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
