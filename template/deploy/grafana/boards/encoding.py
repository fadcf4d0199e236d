"""A dashboard as the text that is committed."""

import json
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard


def text(board: Dashboard) -> str:
    plain = json.loads(JSONEncoder().encode(board), object_hook=_without_empty_options)
    return json.dumps(plain, indent=2, sort_keys=True) + "\n"


def _without_empty_options(read: dict[str, Any]) -> dict[str, Any]:
    # The SDK writes `options: null` for a panel without any, which Grafana's schema does not know.
    return {key: value for key, value in read.items() if (key, value) != ("options", None)}
