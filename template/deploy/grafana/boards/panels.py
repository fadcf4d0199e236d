"""The kinds of panel, each with the one look that it has on all dashboards."""

import json
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from grafana_foundation_sdk.builders import bargauge, common, dashboard, heatmap, stat, timeseries
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

PROMETHEUS = models.DataSourceRef(type_val="prometheus", uid="$datasource")
LOGS = {
    "datasource": "loki",
    "queries": [{"refId": "A", "expr": '{service_name="${agent}"}'}],
    "range": {"from": "${__from}", "to": "${__to}"},
}
LOGS_URL = "/explore?schemaVersion=1&panes=" + quote(json.dumps({"logs": LOGS}), safe="${}:,_")
Panel = TypeVar("Panel", bargauge.Panel, heatmap.Panel, stat.Panel, timeseries.Panel)
AnyPanel = Builder[models.Panel]


class Query(NamedTuple):
    """What to draw; a legend such as `{{operation}}` names each series by a label.

    With `now` it is the value of this moment, and none when the series has ended.
    """

    expression: str
    legend: str
    exemplars: bool = False
    now: bool = False


class Limit(NamedTuple):
    """From which value on a colour is used; the first has no value."""

    value: float | None
    color: str


GREEN = Limit(None, "green")
# How high the axis is at least: nothing but zeros would make it end at 100.
LEAST = {"ops": 0.1, "percentunit": 0.1, "reqps": 0.1}


def lines(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    width: int = 8,
    stacked: bool = False,
    limit: float | None = None,
) -> timeseries.Panel:
    """The course of each series; above a limit, the background is red."""
    legend = common.VizLegendOptions().display_mode(looks.LegendDisplayMode.LIST)
    panel = (
        timeseries.Panel()
        .fill_opacity(40 if stacked else 0)
        .legend(legend.placement(looks.LegendPlacement.BOTTOM).show_legend(True))
        .tooltip(common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI))
        .min(0)
    )
    if stacked:
        panel.stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL))
    if least := LEAST.get(unit):
        panel.axis_soft_max(least)
    if limit is not None:
        style = looks.GraphThresholdsStyleMode.LINE_AND_AREA
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
        panel.thresholds(_colored((GREEN, Limit(limit, "red"))))
    return _described(panel, title, description, unit, queries, width=width, height=8)


def number(
    title: str, description: str, unit: str, query: Query, *limits: Limit, width: int = 4
) -> stat.Panel:
    """The latest value of each series, with its course behind it."""
    panel = (
        stat.Panel()
        .graph_mode(looks.BigValueGraphMode.AREA)
        .color_mode(looks.BigValueColorMode.VALUE)
        .reduce_options(_latest())
        .thresholds(_colored(limits or (GREEN,)))
    )
    return _described(panel, title, description, unit, (query,), width=width, height=4)


def bars(
    title: str, description: str, unit: str, query: Query, *limits: Limit, width: int = 8
) -> bargauge.Panel:
    """The latest value of each series, from 0 to 1."""
    panel = (
        bargauge.Panel()
        .display_mode(looks.BarGaugeDisplayMode.BASIC)
        .orientation(looks.VizOrientation.HORIZONTAL)
        .reduce_options(_latest())
        .thresholds(_colored(limits or (GREEN,)))
        .min(0)
        .max(1)
    )
    return _described(panel, title, description, unit, (query,), width=width, height=8)


def spread(title: str, description: str, buckets: str, width: int = 8) -> heatmap.Panel:
    """How many events fell into each bucket of a histogram of seconds."""
    color = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64)
    panel = (
        heatmap.Panel()
        .calculate(False)
        .color(color.fill("dark-orange").exponent(0.5))
        .y_axis(heatmap.YAxisConfig().unit("s"))
    )
    query = Query(buckets, "{{le}}", exemplars=True)
    _described(panel, title, description, "short", (query,), width=width, height=8)
    return panel.targets([_target(query, "A").format(PromQueryFormat.HEATMAP)])


def _described(
    panel: Panel,
    title: str,
    description: str,
    unit: str,
    queries: tuple[Query, ...],
    *,
    width: int,
    height: int,
) -> Panel:
    link = dashboard.DashboardLink("Logs at this time").url(LOGS_URL).target_blank(True)
    return (
        panel.title(title)
        .description(description)
        .unit(unit)
        .datasource(PROMETHEUS)
        .data_links([link])
        .targets([_target(query, chr(ord("A") + place)) for place, query in enumerate(queries)])
        .grid_pos(models.GridPos(h=height, w=width))
    )


def _target(query: Query, name: str) -> Dataquery:
    target = Dataquery().ref_id(name).expr(query.expression).legend_format(query.legend)
    target = target.instant() if query.now else target.range()
    return target.exemplar(query.exemplars).datasource(PROMETHEUS)


def _latest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields("")


def _colored(limits: tuple[Limit, ...]) -> dashboard.ThresholdsConfig:
    steps = [models.Threshold(value=limit.value, color=limit.color) for limit in limits]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)
