"""Everything about one agent, from its objectives down to its processes."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from . import database, requests, saturation, service, tasks
from .frame import framed
from .objectives import OBJECTIVES, OVERVIEW


def board() -> Dashboard:
    return framed(
        "a2a-agent",
        "A2A agent",
        "What an agent does, how well it does it, and what it is short of.",
        [
            OVERVIEW,
            OBJECTIVES,
            requests.ROW,
            tasks.ROW,
            database.ROW,
            saturation.ROW,
            service.ROW,
        ],
    )
