"""What all dashboards have around their rows: variables, links and deploy markers."""

from typing import NamedTuple

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from .panels import PROMETHEUS, AnyPanel
from .queries import series

ALL = models.VariableOption(selected=True, text="All", value="$__all")


class Row(NamedTuple):
    """Panels under one heading; they fill the grid of 24 columns from left to right."""

    title: str
    panels: list[AnyPanel]


class Markers(models.AnnotationQuery):
    """Marks at times that the series' values give; the SDK's class lacks Prometheus' own fields."""

    def to_json(self) -> dict[str, object]:
        own = {"titleFormat": "Started {{version}}", "textFormat": "{{instance}}"}
        return super().to_json() | own | {"useValueForTime": True}


class DeployMarkers(dashboard.AnnotationQuery):
    """Where a replica started, and with which version."""

    def __init__(self) -> None:
        super().__init__()
        started = f"{series('process_start_time_seconds')} * 1000"
        version = f"on (job, instance) group_left (version) {series('a2a_build_info')}"
        self._internal = Markers(
            name="Deploys",
            datasource=PROMETHEUS,
            icon_color="blue",
            expr=f"{started} * {version}",
        )


def chosen(name: str, label: str, values: str) -> dashboard.QueryVariable:
    """A variable whose values come from Prometheus."""
    variable = dashboard.QueryVariable(name).label(label).query(values).datasource(PROMETHEUS)
    variable.sort(models.VariableSort.ALPHABETICAL_ASC)
    return variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)


def several(variable: dashboard.QueryVariable) -> dashboard.QueryVariable:
    return variable.multi(True).include_all(True).all_value(".+").current(ALL)


def framed(
    uid: str, title: str, description: str, rows: list[Row], *more: dashboard.QueryVariable
) -> models.Dashboard:
    links = dashboard.DashboardLink("A2A dashboards").type(models.DashboardLinkType.DASHBOARDS)
    board = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["a2a"])
        .time("now-1h", "now")
        .refresh("30s")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(links.tags(["a2a"]).keep_time(True).include_vars(True))
        .annotation(DeployMarkers())
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Data from").type("prometheus")
        )
        .with_variable(chosen("agent", "Agent", "label_values(a2a_build_info, job)"))
        .with_variable(
            several(
                chosen(
                    "instance", "Replica", 'label_values(a2a_build_info{job=~"$agent"}, instance)'
                )
            )
        )
    )
    for variable in more:
        board.with_variable(variable)
    for row in rows:
        board.with_row(dashboard.Row(row.title))
        for panel in row.panels:
            board.with_panel(panel)
    return numbered(board.build())


def numbered(board: models.Dashboard) -> models.Dashboard:
    """Panels go by numbers in links, so these must not change from build to build."""
    for number, panel in enumerate(board.panels or [], start=1):
        panel.id_val = number
    return board
