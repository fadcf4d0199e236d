"""The way of spans: from whoever opens them to the collector, and what happens without one."""

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress

from opentelemetry import trace
from opentelemetry.instrumentation.instrumentor import (  # type: ignore[attr-defined]
    BaseInstrumentor,
)
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased

from .otlp_spans import Discreet, report_seldom

logger = logging.getLogger(__name__)

# What a collector gets at the end to take the last spans.
FLUSH_SECONDS = 2.0


class Tracing:
    """The spans of one agent; with no exporter they exist for their ids alone.

    `clients` instrument what this process calls.
    """

    def __init__(
        self,
        *,
        service: str,
        version: str,
        environment: str,
        exporter: SpanExporter | None,
        sample_ratio: float,
        clients: Sequence[BaseInstrumentor] = (),
    ) -> None:
        root = TraceIdRatioBased(sample_ratio) if exporter else ALWAYS_OFF
        self._provider = TracerProvider(
            sampler=ParentBased(root),
            resource=_resource(service, version, environment),
            shutdown_on_exit=False,
        )
        self._exporter = exporter
        if exporter is not None:
            self._provider.add_span_processor(BatchSpanProcessor(Discreet(exporter)))
        self.tracer = self._provider.get_tracer(__name__, version)
        self._clients = clients
        self._owns_process = False

    def own_process(self) -> None:
        """Trace what this process calls, and give `trace.get_tracer` of other modules its spans.

        For the one agent of a process; `stop` undoes what can be undone.
        """
        self._owns_process = True
        report_seldom()
        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            trace.set_tracer_provider(self._provider)
        for client in self._clients:
            client.instrument(tracer_provider=self._provider)

    async def stop(self) -> None:
        """Send the last spans, if the collector takes them in time."""
        if self._owns_process:
            for client in self._clients:
                client.uninstrument()
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await _in_thread(self._provider.shutdown)
        except TimeoutError:
            logger.warning("Gave up on spans that their collector is slow to take")
            if self._exporter is not None:
                self._exporter.shutdown()


async def _in_thread(blocking: Callable[[], None]) -> None:
    # Nobody has to wait for the end of this thread, as they do for those of asyncio.
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        blocking()
        with suppress(RuntimeError):  # the loop has gone
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, daemon=True).start()
    await done.wait()


def _resource(service: str, version: str, environment: str) -> Resource:
    ours = {
        "service.name": service,
        "service.version": version,
        "service.instance.id": str(uuid.uuid4()),
        "deployment.environment.name": environment,
    }
    # OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME have the last word.
    return Resource.create(ours).merge(OTELResourceDetector().detect())
