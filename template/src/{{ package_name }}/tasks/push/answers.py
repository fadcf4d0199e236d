"""What targets answer to notifications, and whether another attempt is worth it."""

import time
from email.utils import parsedate_to_datetime

import httpx

# These may pass, as may all faults of a server; anything else stays what it is.
PASSING = {408, 425, 429}
GONE = 410
SERVER_ERROR = 500


class DeliveryError(Exception):
    """An attempt has failed for good; `gone` if the target wants no notifications any more."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.gone = gone


class TryAgainError(DeliveryError):
    """An attempt has failed, and another one may not, at best after this time."""

    def __init__(self, reason: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


def check_answer(answer: httpx.Response) -> None:
    """Raises DeliveryError for all but success; redirects are not followed."""
    status = answer.status_code
    if answer.is_success:
        return
    if status in PASSING or status >= SERVER_ERROR:
        raise TryAgainError(
            f"the answer was {status}",
            retry_after_seconds=_seconds(answer.headers.get("Retry-After", "")),
        )
    raise DeliveryError(f"the answer was {status}", gone=status == GONE)


def _seconds(retry_after: str) -> float | None:
    """From now, given as a number or as a date (RFC 9110 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
