"""What is known when a database is the one of a backup again."""

import time
from dataclasses import replace

from history_records import KILL, Call, History, Trouble


def forget(history: History, *, saving: float, saved: float) -> None:
    """Leave what a backup holds that was made between these times, and has just been restored.

    What was going on then may be in it or not; its callers know of nothing.
    """
    history.calls = [_told(call, saving) for call in history.calls if call.began < saved]
    history.sights = [sight for sight in history.sights if sight.ended < saving]
    history.watches = [watch for watch in history.watches if watch.ended < saving]
    history.runs = [run for run in history.runs if run.began < saved]
    history.troubles += [
        Trouble(kind=KILL, target=name, began=saving, ended=time.time(), deadly=True)
        for name in sorted({call.replica for call in history.calls})
    ]


def _told(call: Call, saving: float) -> Call:
    if call.ended < saving:
        return call
    return replace(call, outcome="unknown", told_task="", told_state="", told_text="")
