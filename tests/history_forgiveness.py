"""What one replica on SQLite does not promise, and three on Postgres do."""

from dataclasses import replace

from history_records import Call, History

# By then what a stream has begun with is in the database: the store writes behind.
MOMENT_SECONDS = 0.5


def forgiven(history: History) -> History:
    """Without the messages, and new tasks, that were lost in the first moment of their stream.

    One replica keeps them a moment after their stream has begun. When it is killed in this
    moment, their caller sees the stream break, finds no such task, or one that does not hold the
    message, and sends it again.
    """
    if history.shared:
        return history
    calls = [call for call in history.calls if _lost_with_its_stream(history, call)]
    tasks = {call.told_task for call in calls} - history.final.keys()
    return replace(
        history,
        calls=[
            replace(call, told_task="", told_state="") if call in calls else call
            for call in history.calls
            if call.task_id not in tasks
        ],
        sights=[sight for sight in history.sights if sight.task_id not in tasks],
        watches=[watch for watch in history.watches if watch.task_id not in tasks],
    )


def _lost_with_its_stream(history: History, call: Call) -> bool:
    if call.outcome != "unknown" or not call.message_id or not call.told_task:
        return False
    sights = [sight for sight in history.sights if sight.task_id == call.told_task]
    if (final := history.final.get(call.told_task)) is not None:
        sights.append(final)
    if any(call.message_id in sight.heard for sight in sights if sight.source != "stream"):
        return False
    told = [sight.ended for sight in sights if call.began <= sight.ended <= call.ended]
    since = min(told, default=call.began)
    seconds = call.ended - since - history.troubled_seconds(call.replica, since, call.ended)
    return seconds <= MOMENT_SECONDS and history.died(call.replica, since, call.ended)
