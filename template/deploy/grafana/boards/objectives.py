"""How the agent is doing at a glance, and against what it promises."""

from .frame import Row
from .panels import Limit, Query, bars, lines, number
from .queries import quantile, rate, series, share, total
from .requests import DURATION, REQUESTS, failures

AGENT = '{job=~"$agent"}'
BUDGET = "/ on (slo) group_left () slo:error_budget:ratio"
EACH = "{{slo}}"
TURNS = "a2a_turn_duration_seconds_count"
BROKEN = 'outcome=~"crashed|timed_out"'
# A replica that is gone has no series any more, and no series is no zero.
KNOWN = f"group by (job) (last_over_time(a2a_build_info{AGENT}[1d]))"
READY = f"{total(series('a2a_ready'))} or 0 * {KNOWN}"


def wrong(window: str) -> str:
    """The part of each objective's events that went wrong; the rules say what counts as wrong."""
    errors, events = (
        f"sum by (job, slo) (increase(instance_slo:{kind}:sum{AGENT}[{window}]))"
        for kind in ("errors", "events")
    )
    return f"{errors} / {events}"


OVERVIEW = Row(
    "At a glance",
    [
        number("Requests", "Calls of all operations.", "reqps", Query(rate(REQUESTS), "requests")),
        number(
            "Failures",
            "The share of calls that end as error or timeout.",
            "percentunit",
            Query(failures(), "failures"),
        ),
        number(
            "SendMessage (p95)",
            "95 % of these calls take no longer.",
            "s",
            Query(quantile(0.95, DURATION, only='operation="SendMessage"'), "p95"),
        ),
        number(
            "Turns in progress",
            "What the agent is working on now.",
            "short",
            Query(total(series("a2a_tasks_in_progress")), "turns"),
        ),
        number(
            "Broken turns",
            "The share of turns that crashed or took too long; their calls were answered.",
            "percentunit",
            Query(share(rate(TURNS, only=BROKEN), rate(TURNS)), "turns"),
        ),
        number(
            "Ready replicas",
            "How many processes take calls; 0 when an agent of the last day is gone.",
            "short",
            Query(READY, "ready", now=True),
            Limit(None, "red"),
            Limit(1, "green"),
        ),
    ],
)

OBJECTIVES = Row(
    "Service level objectives",
    [
        number(
            "Kept in the time shown",
            "The share of events that went well; deploy/prometheus/rules/objectives.yaml "
            "says what counts, and how much is promised.",
            "percentunit",
            Query(f"1 - {wrong('$__range')}", EACH),
            Limit(None, "text"),
            width=24,
        ),
        bars(
            "Error budget left",
            "What is left of 30 days' budget, or of as many days as Prometheus keeps.",
            "percentunit",
            Query(f"1 - {wrong('30d')} {BUDGET}", EACH),
            Limit(None, "red"),
            Limit(0.1, "orange"),
            Limit(0.5, "green"),
        ),
        *(
            lines(
                f"Budget burn over {window}",
                "At 1, the budget lasts exactly 30 days; at 2, half as long.",
                "short",
                Query(f"job_slo:errors:ratio_rate{window}{AGENT} {BUDGET}", EACH),
                limit=1,
            )
            for window in ("1h", "6h")
        ),
    ],
)
