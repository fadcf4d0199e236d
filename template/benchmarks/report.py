"""The figures of a run, for people and for programs."""

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from driver import Result

PERCENTILES = (50, 95, 99)
TIMED = {"SendMessage": "to the answer", "SendStreamingMessage": "to the first event"}


@dataclass(frozen=True)
class Row:
    """What one call did over one binding with so many calls at once."""

    call: str
    binding: str
    concurrency: int
    result: Result

    def figures(self) -> dict[str, str | int | float | None]:
        """Return names and numbers that JSON can hold; milliseconds are None without a sample."""
        result = self.result
        milliseconds = {f"p{percent}_ms": result.percentile(percent) for percent in PERCENTILES}
        return {
            "call": self.call,
            "binding": self.binding,
            "concurrency": self.concurrency,
            "calls": len(result.samples),
            "errors": len(result.errors),
            "calls_per_second": round(len(result.samples) / result.elapsed, 1),
            "events_per_second": round(result.events / result.elapsed, 1),
            **{
                name: None if math.isnan(value) else round(value, 2)
                for name, value in milliseconds.items()
            },
        }


def as_json(rows: Iterable[Row], text: str) -> dict[str, Any]:
    """Return everything a later comparison needs."""
    return {
        "python": sys.version.split()[0],
        "text": text,
        "rows": [row.figures() for row in rows],
    }


def print_tables(rows: list[Row], console: Console) -> None:
    """Print one table for each call."""
    for call in dict.fromkeys(row.call for row in rows):
        streams = call == "SendStreamingMessage"
        table = Table(title=f"{call}: milliseconds {TIMED[call]}", title_justify="left")
        table.add_column("binding")
        columns = ["at once", "p50", "p95", "p99", "calls/s", *["events/s"] * streams, "errors"]
        for column in columns:
            table.add_column(column, justify="right")
        for row in rows:
            if row.call == call:
                table.add_row(*_cells(row.figures(), streams=streams))
        console.print(table)


def _cells(figures: dict[str, Any], *, streams: bool) -> list[str]:
    times = (figures[f"p{percent}_ms"] for percent in PERCENTILES)
    return [
        figures["binding"],
        str(figures["concurrency"]),
        *("-" if time is None else f"{time:.1f}" for time in times),
        f"{figures['calls_per_second']:,.0f}",
        *[f"{figures['events_per_second']:,.0f}"] * streams,
        str(figures["errors"]),
    ]
