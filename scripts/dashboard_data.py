"""A dashboard's panels with their data: what Grafana would ask Prometheus, asked by ourselves."""

import math
import re
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx

POINTS = 120  # panels.tsx makes a heatmap's cells as wide

Json = dict[str, Any]


class Prometheus:
    """Answers a dashboard's queries about one agent, for the last so many minutes."""

    def __init__(self, url: str, agent: str, minutes: float) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        self.end = time.time()
        self.start = self.end - minutes * 60
        self.variables = {
            "agent": agent,
            "instance": ".+",
            "__range": f"{minutes * 60:.0f}s",
            "__rate_interval": "1m",
        }

    def fill_in(self, text: str, more: dict[str, str]) -> str:
        """Put values in the place of the dashboard's variables."""
        values = self.variables | more
        return re.sub(r"\$(\w+)", lambda found: values[found[1]], text)

    def ask(self, path: str, **parameters: Any) -> Any:
        answer = self.http.get(f"/api/v1/{path}", params=parameters)
        return answer.raise_for_status().json()["data"]

    def choices(self, variable: Json) -> list[str]:
        """List the values of a variable, whose query is `label_values(series, label)`."""
        series, _, label = variable["query"][len("label_values(") : -1].rpartition(", ")
        return list(self.ask(f"label/{label}/values", **{"match[]": self.fill_in(series, {})}))

    def series(self, target: Json, more: dict[str, str]) -> Iterator[Json]:
        """Yield what a query finds: a name, times in milliseconds, and values with gaps."""
        query = self.fill_in(target["expr"], more)
        step = (self.end - self.start) / POINTS
        found = self.ask("query_range", query=query, start=self.start, end=self.end, step=step)
        for one in found["result"]:
            name = target["legendFormat"]
            for label, value in one["metric"].items():
                name = name.replace(f"{{{{{label}}}}}", value)
            times = [1000 * at for at, _ in one["values"]]
            values = [
                float(value) if math.isfinite(float(value)) else None for _, value in one["values"]
            ]
            yield {"name": name, "times": times, "values": values}


def drawn(board: Json, prometheus: Prometheus) -> Iterator[Json]:
    """Yield every panel with its data; a repeated one once for each value of its variable."""
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    for panel in board["panels"]:
        repeated = panel.get("repeat")
        values = prometheus.choices(variables[repeated]) if repeated else [""]
        width = panel["gridPos"]["w"] // len(values)
        for place, value in enumerate(values):
            more = {repeated: value} if repeated else {}
            series = [
                one
                for target in panel.get("targets", [])
                for one in prometheus.series(target, more)
            ]
            if panel["type"] == "heatmap":
                series = buckets(series)
            position = panel["gridPos"] | {"x": panel["gridPos"]["x"] + place * width, "w": width}
            title = prometheus.fill_in(panel["title"], more)
            yield {"panel": panel | {"title": title, "gridPos": position}, "series": series}


def buckets(series: list[Json]) -> list[Json]:
    """Each bucket of a histogram alone: Prometheus adds those below it."""
    ordered = sorted(series, key=lambda one: float(one["name"]))
    for below, one in reversed(list(pairwise(ordered))):
        pairs = zip(one["values"], below["values"], strict=True)
        one["values"] = [(upper or 0) - (lower or 0) for upper, lower in pairs]
    return ordered
