"""The one line that each request leaves behind, whatever binding it came over."""

import logging
from typing import Any, Literal

from .exchange import Exchange

logger = logging.getLogger(__name__)

MAX_USER_AGENT = 200
# What operators would have to look into; all else is up to the caller.
OURS = {"error", "timeout"}
SUCCESS = {"ok": "success", "cancelled": "unknown"}

Answered = Literal["ok", "rejected", "error", "cancelled"]


def log_access(exchange: Exchange, what: str, answered: Answered, **fields: Any) -> None:
    """`answered` is what the answer looks like on the wire, which a call may know better."""
    call = exchange.call
    outcome: str = answered
    if call is not None:
        what, outcome = call.operation, call.outcome or answered
        if call.address:  # behind a proxy, another one than that of the connection
            fields["client.address"] = call.address
    elif exchange.refusal:
        outcome = "rejected"
    level = logging.WARNING if OURS & {outcome, answered} else logging.INFO
    if not logger.isEnabledFor(level):
        return
    seconds = exchange.seconds
    fields |= {
        "event.action": "request",
        "event.duration": int(seconds * 1e9),
        "event.outcome": SUCCESS.get(outcome, "failure"),
        "a2a.outcome": outcome,
        "a2a.refusal": exchange.refusal,
    }
    logger.log(level, "%s %s in %.1f ms", what, outcome, seconds * 1000, extra=fields)
