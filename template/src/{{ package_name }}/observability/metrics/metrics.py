"""Every metric of the agent: its name, its labels with their values, and its buckets.

Dashboards, alert rules and the runbook use these names.
"""

import platform
from collections.abc import Collection
from importlib.metadata import version as version_of
from typing import get_args

from a2a.types import a2a_pb2

from ...tasks.calls.call import Outcome
from ...tasks.lifecycle import TurnOutcome
from .instruments import Instruments

OPERATIONS = tuple(a2a_pb2.DESCRIPTOR.services_by_name["A2AService"].methods_by_name)
# The first one, which is empty, means that there is none yet.
OUTCOMES, TURN_OUTCOMES = get_args(Outcome)[1:], get_args(TurnOutcome)[1:]
TASK_STATES = ("completed", "failed", "canceled", "rejected")
REASONS = (
    "validation", "version", "parse", "size", "draining",
    "authentication", "authorization", "rate_limit",
)  # fmt: skip

# How many calls were faster than a threshold is known only where a bucket ends, so objectives
# choose from these. Agents without a model answer in milliseconds, others in seconds; operations
# that run no turn time out after 30 s.
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
# That a task exists is told within a tenth of a second, and is not what callers wait for.
FIRST_EVENT_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# Turns are stopped after 600 s, unless the settings say otherwise.
TURN_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
# Timers are late by a millisecond anyway; a tenth of a second shows in streamed text.
LAG_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """The metrics of one server, in a registry of their own."""

    def __init__(self, *, version: str, environment: str, transports: Collection[str]) -> None:
        make = Instruments()
        self.registry = make.registry
        self._of_calls(make, transports)
        self._of_tasks(make)
        self._of_the_process(make)
        build = {
            "version": version,
            "sdk_version": version_of("a2a-sdk"),
            "python_version": platform.python_version(),
            "environment": environment,
        }
        known = {name: (value,) for name, value in build.items()}
        make.gauge("a2a_build_info", "What runs here.", **known).of(*build.values()).set(1)

    def _of_calls(self, make: Instruments, transports: Collection[str]) -> None:
        labels = {"operation": OPERATIONS, "transport": transports, "outcome": OUTCOMES}
        self.requests = make.counter("a2a_requests_total", "Calls that have ended.", **labels)
        self.request_seconds = make.histogram(
            "a2a_request_duration_seconds",
            "Time to the end of the answer.",
            REQUEST_SECONDS,
            **labels,
        )
        self.first_event_seconds = make.histogram(
            "a2a_time_to_first_event_seconds",
            "Time to the first event of a stream that says something.",
            FIRST_EVENT_SECONDS,
            transport=transports,
        )
        self.open_streams = make.gauge(
            "a2a_open_streams", "Streams that have begun and not ended.", transport=transports
        ).from_zero()
        self.refusals = make.counter(
            "a2a_refusals_total",
            "Requests that were turned away.",
            transport=transports,
            reason=REASONS,
        ).from_zero()

    def _of_tasks(self, make: Instruments) -> None:
        self.tasks = make.counter(
            "a2a_tasks_total", "Tasks that have ended.", state=TASK_STATES
        ).from_zero()
        self.turn_seconds = make.histogram(
            "a2a_turn_duration_seconds",
            "Time that the agent has taken for one message.",
            TURN_SECONDS,
            outcome=TURN_OUTCOMES,
        )
        self.tasks_in_progress = make.gauge("a2a_tasks_in_progress", "Turns that run.").of()
        self.oldest_turn = make.gauge(
            "a2a_oldest_turn_age_seconds", "Age of the oldest turn that runs, or 0."
        ).of()
        self.queue_length = make.gauge(
            "a2a_queue_length",
            "Push notifications to be sent, and statements to be run.",
            queue=("push", "database"),
        )
        self.recovered = make.counter(
            "a2a_tasks_recovered_total",
            "Tasks of replicas that have died.",
            outcome=("failed", "resumed"),
        ).from_zero()
        self.push_deliveries = make.counter(
            "a2a_push_deliveries_total",
            "Attempts to deliver a push notification.",
            outcome=("ok", "failed", "given_up"),
        ).from_zero()

    def _of_the_process(self, make: Instruments) -> None:
        self.ready = make.gauge("a2a_ready", "1 while new calls are welcome.").of()
        self.draining = make.gauge("a2a_draining", "1 from the signal to stop on.").of()
        self.database_up = make.gauge("a2a_database_up", "1 while the database answers.").of()
        self.certificate_expiry = make.gauge(
            "a2a_certificate_expiry_timestamp_seconds",
            "End of the certificate that a port serves.",
            port=("http", "grpc"),
        )
        self.event_loop_lag = make.histogram(
            "a2a_event_loop_lag_seconds", "How late the event loop was for a timer.", LAG_SECONDS
        ).of()
