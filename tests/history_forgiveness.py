"""What one replica on SQLite does not promise, and three on Postgres do."""

from dataclasses import replace

from history_records import Call, History


def forgiven(history: History) -> History:
    """Without the tasks that were lost with their first stream, while nobody could follow them.

    One replica keeps a new task a moment after its stream has begun. When it is killed in this
    moment, its caller sees the stream break, finds no such task, and sends the message again.
    """
    if history.shared:
        return history
    lost = _lost_with_their_streams(history)
    return replace(
        history,
        calls=[_untold(call, lost) for call in history.calls if call.task_id not in lost],
        sights=[sight for sight in history.sights if sight.task_id not in lost],
        watches=[watch for watch in history.watches if watch.task_id not in lost],
    )


def _lost_with_their_streams(history: History) -> set[str]:
    told = {call.told_task for call in history.calls if call.told_task}
    promised = {call.told_task for call in history.calls if call.outcome == "ok"}
    spared = {
        call.told_task
        for call in history.calls
        if call.told_task and not history.died(call.replica, call.began, call.ended)
    }
    return told - promised - spared - set(history.final)


def _untold(call: Call, lost: set[str]) -> Call:
    return replace(call, told_task="", told_state="") if call.told_task in lost else call
