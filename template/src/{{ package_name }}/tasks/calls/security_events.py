"""What concerns security, in log lines of one shape: docs/security-events.md says what to do."""

import logging
from typing import Literal, TypedDict, Unpack

logger = logging.getLogger(__name__)

Action = Literal[
    "authentication_refused",
    "authorization_refused",
    "rate_limited",
    "keys_unavailable",
    "keys_refreshed",
    "certificate_loaded",
    "certificate_refused",
    "api_keys_loaded",
    "api_keys_refused",
    "card_keys_loaded",
    "card_keys_refused",
    "card_refused",
    "push_target_refused",
    "shared_limits_lost",
    "shared_limits_restored",
]

# Category and type of each one, in the words that the Elastic Common Schema has for them.
KINDS: dict[Action, tuple[str, str]] = {
    "authentication_refused": ("authentication", "start"),
    "authorization_refused": ("api", "denied"),
    "rate_limited": ("api", "denied"),
    "keys_unavailable": ("authentication", "info"),
    "keys_refreshed": ("configuration", "change"),
    "certificate_loaded": ("configuration", "change"),
    "certificate_refused": ("configuration", "change"),
    "api_keys_loaded": ("iam", "change"),
    "api_keys_refused": ("iam", "change"),
    "card_keys_loaded": ("configuration", "change"),
    "card_keys_refused": ("configuration", "change"),
    "card_refused": ("authentication", "start"),
    "push_target_refused": ("network", "denied"),
    "shared_limits_lost": ("network", "end"),
    "shared_limits_restored": ("network", "start"),
}


class Details(TypedDict, total=False):
    """What else may be told: hosts and names, but no secret, no URL and no path of a file."""

    a2a__left_out: int
    a2a__task_id: str
    client__address: str
    destination__domain: str
    error__type: str
    event__reason: str
    tls__server__issuer: str
    tls__server__not_after: str
    tls__server__subject: str
    user__domain: str
    user__name: str


def security_event(action: Action, text: str, *, failed: bool, **fields: Unpack[Details]) -> None:
    """Log it, as a warning when something has failed; `fields` are names of ECS, dots as `__`.

    Within a call, the line has its ids and its caller as well.
    """
    category, kind = KINDS[action]
    told = {
        "event.kind": "event",
        "event.category": category,
        "event.type": kind,
        "event.action": action,
        "event.outcome": "failure" if failed else "success",
        **{name.replace("__", "."): value for name, value in fields.items()},
    }
    logger.log(logging.WARNING if failed else logging.INFO, text, extra=told)
