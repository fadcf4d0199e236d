"""Whether each replica reaches the database, what waits for it, and what dead replicas leave."""

from .frame import Row
from .panels import Query, lines
from .queries import rate, series, total

ROW = Row(
    "Database",
    [
        lines(
            "Replicas that reach it",
            "While one does not, its calls fail at once and it is not ready.",
            "short",
            Query(total(series("a2a_database_up")), "reach it"),
            Query(f"count by (job) ({series('a2a_database_up')})", "all"),
        ),
        lines(
            "Statements that wait",
            "More than a handful for long: the database is slow, or the pool is small.",
            "short",
            Query(
                total(series("a2a_queue_length", 'queue="database"'), "instance"), "{{instance}}"
            ),
        ),
        lines(
            "Tasks of dead replicas",
            "What others have done with them: failed them, or resumed them.",
            "ops",
            Query(rate("a2a_tasks_recovered_total", "outcome"), "{{outcome}}"),
            stacked=True,
        ),
    ],
)
