"""What looks wrong with a history, and is excused by what has failed in it."""

from history_crimes import (
    kept_its_end_secret,
    lost_its_message_with_a_stream,
    ran_again_for_nothing,
)
from history_made_up import CHAT, act, call, run, sight, trouble, watch, with_final
from history_records import DATABASE, History


def lost_its_replica(history: History) -> None:
    """Nobody was told of the first time, whose replica is dead, so the message runs again."""
    ran_again_for_nothing(history)
    history.runs[0] = run(ended=None, finished=False)
    history.troubles.append(trouble())


def lost_its_lease(history: History) -> None:
    ran_again_for_nothing(history)
    history.runs[1] = run(run="2", replica="b", began=8.0, ended=8.5)
    history.calls[1] = call(began=7.9, ended=9.0)
    history.sights = [sight(changed=8.5, began=9.0, ended=9.1)]
    with_final(history, changed=8.5)
    history.troubles.append(trouble("hang", began=1.2, ended=7.0))


def failed_with_its_replica(history: History) -> None:
    failed = sight(state="FAILED", answers=(("m", CHAT.pieces("m")[0]),))
    history.sights, history.final = [failed], {"t": failed}
    history.watches = [watch(streams=2, cuts=((1.3, "a"),), rested="FAILED", seen="", stored="")]
    history.runs = [run(ended=None, finished=False)]
    history.troubles.append(trouble())


def went_on_where_nobody_could_stop_it(history: History) -> None:
    failed = sight(state="FAILED", answers=(), changed=7.0, began=8.0, ended=8.1)
    history.sights, history.final = [failed], {"t": failed}
    history.runs = [run(ended=12.0, finished=False)]
    history.troubles.append(trouble("freeze", began=1.2, ended=11.0))


def could_not_tell_of_its_end(history: History) -> None:
    kept_its_end_secret(history)
    history.troubles.append(trouble("mute", began=1.9, ended=6.9))


def was_unavailable(history: History) -> None:
    history.calls.append(act("GetTask", outcome="unavailable"))
    history.troubles.append(trouble("stop", target=DATABASE))


def was_frozen(history: History) -> None:
    history.calls.append(act("CancelTask", outcome="unknown", ended=9.1))
    history.troubles.append(trouble("freeze", began=4.0, ended=8.0))


def waited_for_a_lost_replica(history: History) -> None:
    history.calls = [
        call(outcome="unknown", told_task="", ended=1.5),
        call(outcome="unknown", told_task="", replica="b", began=2.0, ended=9.0),
        call(began=10.0, ended=10.1),
    ]
    history.troubles.append(trouble())


def had_ended_already(history: History) -> None:
    refused = {"outcome": "refused", "began": 3.0, "ended": 3.1}
    history.calls += [
        act("CancelTask", reason="TASK_NOT_CANCELABLE", **refused),
        act("SubscribeToTask", reason="UNSUPPORTED_OPERATION", **refused),
        act("GetTask", reason="TASK_NOT_FOUND: no", owner="bob", foreign=True, **refused),
    ]


def was_lost_with_the_only_replica(history: History) -> None:
    history.shared = False
    history.calls = [call(outcome="unknown", told_state="WORKING", ended=1.3, awaited=False)]
    history.calls.append(act("SubscribeToTask", outcome="refused", reason="TASK_NOT_FOUND"))
    history.watches = [watch(rested="", reason="TASK_NOT_FOUND")]
    history.sights = [sight(state="WORKING", answers=(), source="stream")]
    history.listed, history.final = {}, {}
    history.troubles.append(trouble())


def lost_its_message_with_the_only_replica(history: History) -> None:
    lost_its_message_with_a_stream(history)
    history.shared = False


EXCUSES = (
    was_lost_with_the_only_replica,
    lost_its_message_with_the_only_replica,
    lost_its_replica,
    lost_its_lease,
    failed_with_its_replica,
    went_on_where_nobody_could_stop_it,
    could_not_tell_of_its_end,
    was_unavailable,
    was_frozen,
    waited_for_a_lost_replica,
    had_ended_already,
)
