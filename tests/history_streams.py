"""Rules about streams and answers: whoever wants to know is told, or told to try again."""

from collections.abc import Iterator

from history_records import DATABASE, Call, History
from history_script import Script
from history_views import TERMINAL

# How long a stream may keep silent about a task that has come to rest elsewhere.
SILENCE_SECONDS = 3.0
# How long an answer may take, beside the turn itself; less than callers wait.
ANSWER_SECONDS = 4.8
CUT_OFF = "Events were lost"
# What a task that has ended refuses; nothing else has a reason to be refused.
AFTER_THE_END = {
    "CancelTask": "TASK_NOT_CANCELABLE",
    "SubscribeToTask": "UNSUPPORTED_OPERATION",
    "SendMessage": "UNSUPPORTED_OPERATION",
    "SendStreamingMessage": "UNSUPPORTED_OPERATION",
}


def broken_streams(history: History) -> Iterator[str]:
    """Whoever follows a task sees it come to rest, over more than one stream if need be."""
    for watch in history.watches:
        if not watch.rested:
            yield f"{watch.caller} could not follow task {watch.task_id}: {watch.reason}"


def false_streams(history: History) -> Iterator[str]:
    """What the streams have told, put together, is what the task holds."""
    for watch in history.watches:
        if watch.stored and watch.seen != watch.stored:
            yield f"task {watch.task_id}: {watch.seen!r} was streamed, {watch.stored!r} is stored"


def needless_reconnects(history: History) -> Iterator[str]:
    """One failure costs a caller at most one reconnect."""
    for watch in history.watches:
        failures = [each for each in history.troubles if each.began <= watch.ended]
        for at, replica in watch.cuts:
            guilty = [
                each
                for each in failures
                if each.target in {replica, DATABASE} and each.began <= at <= each.ended
            ]
            if not guilty:
                yield (
                    f"a stream of {replica} to {watch.caller} about task {watch.task_id} broke, "
                    f"and nothing has failed that had not broken one before"
                )
                break
            failures.remove(guilty[0])


def silent_streams(history: History) -> Iterator[str]:
    """Events of any replica reach the streams of all, once that one can tell them."""
    for watch in history.watches:
        silence = watch.missed_until - watch.missed_from
        span = (watch.missed_at, watch.missed_from, watch.missed_until)
        runners = {run.replica for run in history.runs if run.task_id == watch.task_id}
        silence -= history.troubled_seconds(*span, *runners)
        if silence > SILENCE_SECONDS:
            yield (
                f"a stream of {watch.missed_at} said nothing for {silence:.1f} s "
                f"when task {watch.task_id} was {watch.rested}"
            )


def hanging_calls(history: History) -> Iterator[str]:
    """Who is alive answers before its caller loses patience, also when its database does not."""
    for call in history.calls:
        turn_seconds = Script.read(call.text).seconds if call.text else 0.0
        seconds = call.ended - call.began - turn_seconds
        if call.outcome != "unknown" or call.told_task or seconds < ANSWER_SECONDS:
            continue
        stunned = history.dead_or_frozen(call.replica, call.began, call.ended)
        if not stunned and not _waits_for_another(history, call):
            yield f"{call.operation} on {call.replica} ({call.task_id}) hung for {seconds:.1f} s"


def wrong_refusals(history: History) -> Iterator[str]:
    """What the agent can do it does, or it asks the caller to try again."""
    for call in history.calls:
        if call.outcome == "refused" and not _rightly_refused(history, call):
            task = call.task_id or call.told_task
            yield f"{call.operation} on {call.replica} ({task}) was refused: {call.reason}"


def _waits_for_another(history: History, call: Call) -> bool:
    """A repeated message may be at work in a replica that is lost, until that one's lease is over."""
    since = call.began - history.lease_seconds
    return any(
        history.troubled_seconds(earlier.replica, since, call.ended)
        for earlier in history.calls
        if call.message_id
        and (earlier.owner, earlier.message_id) == (call.owner, call.message_id)
        and earlier.ended <= call.began
    )


def _rightly_refused(history: History, call: Call) -> bool:
    if call.foreign:
        return call.reason.startswith("TASK_NOT_FOUND")
    if CUT_OFF in call.reason:
        return bool(call.told_task)
    final = history.final.get(call.task_id)
    over = final is not None and final.state in TERMINAL and final.changed <= call.ended
    reason = AFTER_THE_END.get(call.operation)
    return over and reason is not None and call.reason.startswith(reason)
