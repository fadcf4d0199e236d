"""Counters, gauges and histograms whose labels have known values, in a registry of their own."""

from collections.abc import Collection, Sequence
from itertools import product
from typing import Generic, Self, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

Metric = TypeVar("Metric", Counter, Gauge, Histogram)

OTHER = "other"


class Labelled(Generic[Metric]):
    """A metric with the values that its labels may have; any other counts as `other`."""

    def __init__(self, metric: Metric, known: Collection[Collection[str]]) -> None:
        self._metric: Metric = metric
        self._known = known
        self._series: dict[tuple[str, ...], Metric] = {} if known else {(): metric}

    def of(self, *values: str) -> Metric:
        """The series with these values, in the order of the labels."""
        # The library's own search takes longer than counting does.
        return self._series.get(values) or self._bounded(values)

    def from_zero(self) -> Self:
        """Show every series at once: one that appears with a 1 has not grown, says `rate()`."""
        for values in product(*self._known):
            self.of(*values)
        return self

    def _bounded(self, values: tuple[str, ...]) -> Metric:
        bounded = tuple(
            value if value in known else OTHER
            for value, known in zip(values, self._known, strict=True)
        )
        return self._series.setdefault(bounded, self._metric.labels(*bounded))


class Instruments:
    """Makes them; what the process and the interpreter tell about themselves is there already."""

    def __init__(self) -> None:
        # Nobody reads them, and there would be one for each counter and histogram.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def counter(self, name: str, text: str, **known: Collection[str]) -> Labelled[Counter]:
        """Only grows."""
        return Labelled(Counter(name, text, known, registry=self.registry), known.values())

    def gauge(self, name: str, text: str, **known: Collection[str]) -> Labelled[Gauge]:
        """Is what it is."""
        return Labelled(Gauge(name, text, known, registry=self.registry), known.values())

    def histogram(
        self, name: str, text: str, buckets: Sequence[float], **known: Collection[str]
    ) -> Labelled[Histogram]:
        """Counts what is below each bound; the bounds are in the unit of its name."""
        histogram = Histogram(name, text, known, buckets=buckets, registry=self.registry)
        return Labelled(histogram, known.values())
