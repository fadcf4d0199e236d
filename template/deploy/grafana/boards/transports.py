"""The transports side by side: the same panels for each one that the agent serves."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from .frame import Row, chosen, framed, several
from .panels import AnyPanel, Query, bars, lines
from .queries import quantile, rate, series, split, total
from .requests import DURATION, FIRST_EVENT, REQUESTS, failures, quantiles

EACH = "{{transport}}"
CHOSEN = 'transport=~"$transport"'
OPERATION = 'operation="SendMessage"'


def side_by_side(title: str, description: str, unit: str, *queries: Query) -> AnyPanel:
    """One panel, which Grafana repeats for each transport that is chosen."""
    panel = lines(f"{title}: $transport", description, unit, *queries, width=24)
    return panel.repeat("transport").repeat_direction("h").max_per_row(3)


COMPARED = Row(
    "In comparison",
    [
        lines(
            "Requests",
            "How often each transport is used.",
            "reqps",
            Query(rate(REQUESTS, "transport"), EACH),
        ),
        bars(
            "Share of traffic",
            "What part of all requests comes in over each transport.",
            "percentunit",
            Query(split(rate(REQUESTS, "transport"), rate(REQUESTS)), EACH),
        ),
        lines(
            "Failures",
            "The share of calls that end as error or timeout.",
            "percentunit",
            Query(failures("transport"), EACH),
        ),
        lines(
            "Duration of SendMessage (p95)",
            "The same operation everywhere: what differs is the transport.",
            "s",
            Query(quantile(0.95, DURATION, "transport", only=OPERATION), EACH, exemplars=True),
        ),
        lines(
            "Time to first event (p95)",
            "How long callers wait for the first sign of life on a stream.",
            "s",
            Query(quantile(0.95, FIRST_EVENT, "transport"), EACH, exemplars=True),
        ),
        lines(
            "Open streams",
            "Streams that callers hold open.",
            "short",
            Query(total(series("a2a_open_streams"), "transport"), EACH),
        ),
    ],
)

EACH_ALONE = Row(
    "Each by itself",
    [
        side_by_side(
            "Requests",
            "How often each operation is called.",
            "reqps",
            Query(rate(REQUESTS, "operation", only=CHOSEN), "{{operation}}"),
        ),
        side_by_side(
            "Outcomes",
            "How calls end: rejected is the caller's fault, error and timeout are the agent's.",
            "percentunit",
            Query(
                split(rate(REQUESTS, "outcome", only=CHOSEN), rate(REQUESTS, only=CHOSEN)),
                "{{outcome}}",
            ),
        ),
        side_by_side(
            "Duration of SendMessage",
            "Half, 95 % and 99 % of calls take no longer.",
            "s",
            *quantiles(DURATION, only=f"{CHOSEN}, {OPERATION}"),
        ),
        side_by_side(
            "Time to first event",
            "Half, 95 % and 99 % of streams wait no longer.",
            "s",
            *quantiles(FIRST_EVENT, only=CHOSEN),
        ),
        side_by_side(
            "Refusals",
            "Requests that are turned away before the agent works on them.",
            "reqps",
            Query(rate("a2a_refusals_total", "reason", only=CHOSEN), "{{reason}}"),
        ),
    ],
)


def board() -> Dashboard:
    values = 'label_values(a2a_requests_total{job=~"$agent"}, transport)'
    return framed(
        "a2a-transports",
        "A2A transports",
        "The ways to reach an agent, compared: traffic, failures, speed and streams.",
        [COMPARED, EACH_ALONE],
        several(chosen("transport", "Transport", values)),
    )
