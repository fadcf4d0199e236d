"""What each replica is short of."""

from .frame import Row
from .panels import Query, lines, spread
from .queries import quantile, rate, series, total

LAG = "a2a_event_loop_lag_seconds"


def by_replica(metric: str) -> Query:
    return Query(total(series(metric), "instance"), "{{instance}}")


ROW = Row(
    "Saturation",
    [
        lines(
            "Event loop lag (p99)",
            "How late the event loop wakes up: blocking code in the logic shows here first.",
            "s",
            Query(quantile(0.99, LAG, "instance"), "{{instance}}"),
            width=6,
        ),
        spread(
            "Event loop lags",
            "How often it was how late; a band far from the others is one kind of blocking call.",
            rate(f"{LAG}_bucket", "le"),
            width=6,
        ),
        lines(
            "CPU",
            "Cores in use; one process can use little more than one.",
            "short",
            Query(rate("process_cpu_seconds_total", "instance"), "{{instance}}"),
            width=6,
        ),
        lines(
            "Memory",
            "Resident memory of the process.",
            "bytes",
            by_replica("process_resident_memory_bytes"),
            width=6,
        ),
        lines(
            "Garbage collections",
            "How often Python looks for garbage, by generation.",
            "ops",
            Query(rate("python_gc_collections_total", "generation"), "generation {{generation}}"),
            width=6,
        ),
        lines(
            "Open streams",
            "Streams that callers hold open, by transport.",
            "short",
            Query(total(series("a2a_open_streams"), "transport"), "{{transport}}"),
            stacked=True,
            width=6,
        ),
        lines(
            "Queue length",
            "What waits to be delivered or stored; a queue that only grows is not served.",
            "short",
            Query(total(series("a2a_queue_length"), "queue"), "{{queue}}"),
            width=6,
        ),
        lines(
            "Open file descriptors",
            "The share of the process's limit that is in use: sockets, files and pipes.",
            "percentunit",
            Query(
                f"{total(series('process_open_fds'), 'instance')}"
                f" / {total(series('process_max_fds'), 'instance')}",
                "{{instance}}",
            ),
            width=6,
        ),
    ],
)
