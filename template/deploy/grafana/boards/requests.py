"""How often the agent is called, how often that fails, and how long it takes."""

from .frame import Row
from .panels import Query, lines, spread
from .queries import quantile, rate, share

REQUESTS = "a2a_requests_total"
DURATION = "a2a_request_duration_seconds"
FIRST_EVENT = "a2a_time_to_first_event_seconds"
FAILED = 'outcome=~"error|timeout"'
QUANTILES = (0.5, 0.95, 0.99)


def quantiles(histogram: str, only: str = "") -> list[Query]:
    """The three that the dashboards show, with exemplars on the slowest."""
    return [
        Query(quantile(one, histogram, only=only), f"p{one * 100:.0f}", one == max(QUANTILES))
        for one in QUANTILES
    ]


def failures(*by: str) -> str:
    """The share of requests that failed through the agent's fault."""
    return share(rate(REQUESTS, *by, only=FAILED), rate(REQUESTS, *by))


RATE = [
    lines(
        "Requests by operation",
        "How often each operation of the protocol is called.",
        "reqps",
        Query(rate(REQUESTS, "operation"), "{{operation}}"),
        stacked=True,
    ),
    lines(
        "Requests by transport",
        "How often each transport is used.",
        "reqps",
        Query(rate(REQUESTS, "transport"), "{{transport}}"),
        stacked=True,
    ),
    lines(
        "Requests by outcome",
        "How calls end: rejected is the caller's fault, error and timeout are the agent's, "
        "and cancelled means that the caller hung up.",
        "reqps",
        Query(rate(REQUESTS, "outcome"), "{{outcome}}"),
        stacked=True,
    ),
]

ERRORS = [
    lines(
        "Failures by operation",
        "The share of calls that end as error or timeout.",
        "percentunit",
        Query(failures("operation"), "{{operation}}"),
    ),
    lines(
        "Failures by transport",
        "The same by transport: one that stands out has a fault of its own.",
        "percentunit",
        Query(failures("transport"), "{{transport}}"),
    ),
    lines(
        "Time to first event",
        "How long a caller waits for the first sign of life on a stream.",
        "s",
        *quantiles(FIRST_EVENT),
    ),
]

DURATIONS = [
    lines(
        "Duration by operation (p95)",
        "95 % of calls take no longer; a streaming call lasts as long as its stream.",
        "s",
        Query(quantile(0.95, DURATION, "operation"), "{{operation}}", exemplars=True),
    ),
    lines(
        "Duration by transport (p95)",
        "SendMessage alone, so that transports are compared by the same work.",
        "s",
        Query(
            quantile(0.95, DURATION, "transport", only='operation="SendMessage"'), "{{transport}}"
        ),
    ),
    spread(
        "Durations of SendMessage",
        "How many calls took how long; two bands mean two kinds of work.",
        rate(f"{DURATION}_bucket", "le", only='operation="SendMessage"'),
    ),
]

ROW = Row("Requests: rate, errors, duration", [*RATE, *ERRORS, *DURATIONS])
