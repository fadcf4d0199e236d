"""Takes the measurements: of calls and turns as they end, of the rest when somebody scrapes."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from prometheus_client import Histogram
from starlette.routing import BaseRoute

from ...tasks.calls.call import Call
from ...tasks.lifecycle import RunningTurn
from ...tasks.observer import Observer
from ...tasks.runtime import Load
from .event_loop_lag import EventLoopLag
from .exposition import exposition
from .metrics import Metrics


class Meter(Observer):
    """Measures one server.

    `exemplar` gives the labels that lead from a measurement to its trace, if there is one.
    """

    def __init__(
        self,
        *,
        version: str,
        environment: str,
        transports: Collection[str],
        exemplar: Callable[[], dict[str, str] | None] = lambda: None,
    ) -> None:
        self._metrics = Metrics(version=version, environment=environment, transports=transports)
        self._exemplar = exemplar
        self._lag = EventLoopLag(self._metrics.event_loop_lag.observe)
        self._streams: set[Call] = set()

    def routes(
        self, *, load: Callable[[], Load], ready: Callable[[], bool], draining: Callable[[], bool]
    ) -> list[BaseRoute]:
        """For the ops port; every scrape asks how things are."""
        metrics = self._metrics

        def look() -> None:
            now = load()
            metrics.tasks_in_progress.set(now.turns)
            metrics.oldest_turn.set(now.oldest_turn_seconds)
            metrics.queue_length.of("push").set(now.push_queue)
            metrics.queue_length.of("database").set(now.database_queue)
            metrics.database_up.set(now.database_up)
            metrics.ready.set(ready())
            metrics.draining.set(draining())

        return [exposition("/metrics", metrics.registry, look=look)]

    def start(self) -> None:
        """Watch the event loop that runs."""
        self._lag.start()

    def stop(self) -> None:
        """Watch it no longer, if it was watched."""
        self._lag.stop()

    def certificate_expires(self, port: str, timestamp: float) -> None:
        """The port has a certificate that is good until then."""
        self._metrics.certificate_expiry.of(port).set(timestamp)

    def stream_opened(self, call: Call) -> None:
        self._streams.add(call)
        self._metrics.open_streams.of(call.transport).inc()

    def first_event(self, call: Call) -> None:
        self._time(self._metrics.first_event_seconds.of(call.transport), call.seconds, call)

    def call_ended(self, call: Call) -> None:
        if call in self._streams:
            self._streams.remove(call)
            self._metrics.open_streams.of(call.transport).dec()
        labels = (call.operation, call.transport, call.outcome)
        self._metrics.requests.of(*labels).inc()
        self._time(self._metrics.request_seconds.of(*labels), call.seconds, call)

    @contextmanager
    def around_turn(self, turn: RunningTurn) -> Iterator[None]:
        try:
            yield
        finally:
            self._time(self._metrics.turn_seconds.of(turn.outcome), turn.seconds, turn.call)

    def task_ended(self, state: str) -> None:
        self._metrics.tasks.of(state).inc()

    def recovered(self, outcome: str) -> None:
        self._metrics.recovered.of(outcome).inc()

    def refused(self, transport: str, reason: str) -> None:
        self._metrics.refusals.of(transport, reason).inc()

    def push_delivered(self, outcome: str) -> None:
        self._metrics.push_deliveries.of(outcome).inc()

    def _time(self, histogram: Histogram, seconds: float, call: Call) -> None:
        # The trace is that of the call, whatever context its stream happens to end in.
        histogram.observe(seconds, call.context.run(self._exemplar))
