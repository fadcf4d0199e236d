"""What becomes of the tasks, and how long the agent thinks about each turn."""

from .frame import Row
from .panels import Query, lines, spread
from .queries import rate, series, total
from .requests import quantiles

TURNS = "a2a_turn_duration_seconds"

ROW = Row(
    "Tasks",
    [
        lines(
            "Tasks by final state",
            "How many tasks reach their end, and which one.",
            "ops",
            Query(rate("a2a_tasks_total", "state"), "{{state}}"),
            stacked=True,
        ),
        lines(
            "Turns by outcome",
            "How turns end: failed is what the logic said, crashed is what it raised.",
            "ops",
            Query(rate(f"{TURNS}_count", "outcome"), "{{outcome}}"),
            stacked=True,
        ),
        lines(
            "Turns in progress",
            "How many turns each replica is working on now.",
            "short",
            Query(total(series("a2a_tasks_in_progress"), "instance"), "{{instance}}"),
            stacked=True,
        ),
        lines(
            "Turn duration",
            "How long the logic works on a turn.",
            "s",
            *quantiles(TURNS),
        ),
        spread(
            "Turn durations",
            "How many turns took how long.",
            rate(f"{TURNS}_bucket", "le"),
        ),
        lines(
            "Oldest turn",
            "How long the oldest turn that is not finished has been running; 0 when none runs.",
            "s",
            Query(
                f"max by (job, instance) ({series('a2a_oldest_turn_age_seconds')})", "{{instance}}"
            ),
        ),
    ],
)
