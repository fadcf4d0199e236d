"""Reads what the logic of the replicas has written down about its turns."""

import json
from pathlib import Path

from history_records import Run


def read_journal(path: Path) -> list[Run]:
    """Turns in the order in which they began."""
    runs: dict[str, Run] = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        told = json.loads(line)
        match told.pop("what"):
            case "begin":
                runs[told["run"]] = Run(began=told.pop("time"), ended=None, **told)
            case "end":
                begun = vars(runs[told["run"]])
                runs[told["run"]] = Run(
                    **begun | {"ended": told["time"], "finished": told["finished"]}
                )
    return list(runs.values())
