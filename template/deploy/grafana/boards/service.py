"""Whom the agent turns away, what it pushes, and whether it is there at all."""

from .frame import Row
from .panels import Query, lines
from .queries import rate, series, total

REFUSALS = "a2a_refusals_total"
DELIVERIES = "a2a_push_deliveries_total"

ROW = Row(
    "Refusals, push deliveries and readiness",
    [
        lines(
            "Refusals by reason",
            "Requests that are turned away before the agent works on them.",
            "reqps",
            Query(rate(REFUSALS, "reason"), "{{reason}}"),
            width=6,
            stacked=True,
        ),
        lines(
            "Push deliveries",
            "Notifications to callers' webhooks; given_up means that a stop did not wait longer.",
            "ops",
            Query(rate(DELIVERIES, "outcome"), "{{outcome}}"),
            width=6,
            stacked=True,
        ),
        lines(
            "Replicas by version",
            "Two versions at once are a deployment in progress.",
            "short",
            Query(f"count by (job, version) ({series('a2a_build_info')})", "{{version}}"),
            width=6,
            stacked=True,
        ),
        lines(
            "Replicas",
            "Ready replicas take calls; draining ones finish what they have and stop.",
            "short",
            Query(total(series("a2a_ready")), "ready"),
            Query(total(series("a2a_draining")), "draining"),
            width=6,
        ),
    ],
)
