"""The rules of the history checker, each on a short history that somebody has made up."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from history_checks import RULES, violations
from history_records import DATABASE, Call, History, Run, Sight, Trouble, Watch
from history_script import Script

CHAT = Script("chat", 3)


def call(**fields: Any) -> Call:
    """Ann sends a message and is told of task t, which has ended."""
    usual: dict[str, Any] = {
        "caller": "ann-rest",
        "owner": "ann",
        "transport": "rest",
        "replica": "a",
        "operation": "SendMessage",
        "began": 1.0,
        "ended": 2.0,
        "outcome": "ok",
        "message_id": "m",
        "text": CHAT.text,
        "told_task": "t",
        "told_state": "COMPLETED",
        "awaited": True,
    }
    return Call(**usual | fields)


def act(operation: str, **fields: Any) -> Call:
    """Ann does something with task t."""
    nothing = {"message_id": "", "text": "", "told_task": "", "told_state": "", "awaited": False}
    return call(
        **nothing | {"operation": operation, "task_id": "t", "began": 3.0, "ended": 3.1} | fields
    )


def sight(**fields: Any) -> Sight:
    """Ann sees task t, which has ended a second ago, with its whole answer."""
    usual: dict[str, Any] = {
        "owner": "ann",
        "task_id": "t",
        "context_id": "c",
        "state": "COMPLETED",
        "changed": 2.0,
        "began": 3.0,
        "ended": 3.1,
        "replica": "b",
        "source": "get",
        "heard": ("m",),
        "answers": (("m", CHAT.answer("m")),),
    }
    return Sight(**usual | fields)


def run(**fields: Any) -> Run:
    """The turn of that message on replica a."""
    usual: dict[str, Any] = {
        "run": "1",
        "message_id": "m",
        "task_id": "t",
        "owner": "ann",
        "replica": "a",
        "process": 1,
        "began": 1.1,
        "ended": 2.0,
        "finished": True,
    }
    return Run(**usual | fields)


def watch(**fields: Any) -> Watch:
    """Ann follows task t to its end."""
    usual: dict[str, Any] = {
        "caller": "ann-rest",
        "owner": "ann",
        "task_id": "t",
        "began": 1.0,
        "ended": 2.0,
        "streams": 1,
        "rested": "COMPLETED",
        "seen": CHAT.answer("m"),
        "stored": CHAT.answer("m"),
    }
    return Watch(**usual | fields)


def trouble(
    kind: str = "kill", target: str = "a", began: float = 1.2, ended: float = 1.8
) -> Trouble:
    """Something that replica a survives or does not."""
    return Trouble(kind=kind, target=target, began=began, ended=ended, deadly=kind == "kill")


def calm() -> History:
    """A run in which nothing is wrong, and in which nothing happens either."""
    return History(
        lease_seconds=5.0,
        calls=[call()],
        sights=[sight()],
        watches=[watch()],
        runs=[run()],
        final={"t": sight()},
        listed={"ann a": ["t"], "ann b": ["t"]},
        ended=100.0,
    )


def with_final(history: History, **fields: Any) -> None:
    """The task is read like this in the end."""
    history.final = {"t": sight(**fields)}


def was_lost(history: History) -> None:
    history.final.clear()


def lost_its_message(history: History) -> None:
    with_final(history, heard=(), answers=())


def was_lost_after_its_stream_began(history: History) -> None:
    history.calls = [call(outcome="unknown", told_state="WORKING", awaited=False)]
    history.final.clear()


def was_answered_with_another_task(history: History) -> None:
    history.calls.append(call(replica="b", told_task="u"))
    history.final["u"] = sight(task_id="u")
    history.listed = {"ann a": ["t", "u"]}


def was_remarked_upon_twice(history: History) -> None:
    history.calls += [call(told_task="", told_text=text, told_state="") for text in ("x", "y")]


def ran_again(history: History) -> None:
    history.runs.append(run(run="2", replica="b", began=2.5, ended=2.6))
    history.troubles.append(trouble())


def ran_again_for_nothing(history: History) -> None:
    history.calls = [call(began=0.0, ended=1.2, outcome="unknown", told_task=""), call()]
    history.runs.append(run(run="2", replica="b", began=1.5, ended=2.0))


def ran_again_after_a_short_freeze(history: History) -> None:
    ran_again_for_nothing(history)
    history.troubles.append(trouble("freeze", began=1.2, ended=1.4))


def ran_though_refused(history: History) -> None:
    refused = call(
        outcome="refused", reason="UNSUPPORTED_OPERATION", message_id="n", told_task="", task_id="t"
    )
    history.calls.append(refused)
    history.runs.append(run(run="2", message_id="n"))


def lost_a_piece(history: History) -> None:
    with_final(history, answers=(("m", "".join(CHAT.pieces("m")[:2])),))


def doubled_a_piece(history: History) -> None:
    with_final(history, answers=(("m", CHAT.answer("m") + CHAT.pieces("m")[2]),))


def mixed_up_pieces(history: History) -> None:
    with_final(history, state="FAILED", answers=(("m", "".join(CHAT.pieces("m")[1:])),))
    history.sights = [sight(state="FAILED", answers=())]
    history.troubles.append(trouble())


def answered_twice(history: History) -> None:
    with_final(history, answers=(("m", CHAT.answer("m")), ("m", "")))


def answered_early(history: History) -> None:
    history.calls = [call(told_state="WORKING")]


def changed_its_end(history: History) -> None:
    history.sights.append(sight(state="CANCELED"))
    history.calls.append(act("CancelTask"))


def changed_the_time_of_its_end(history: History) -> None:
    history.sights.append(sight(changed=2.5))


def grew_after_its_end(history: History) -> None:
    history.sights.append(sight(answers=()))


def came_back_to_life(history: History) -> None:
    history.sights.append(sight(state="WORKING", began=3.5, ended=3.6, answers=()))


def worked_on_in_a_stream(history: History) -> None:
    parts = {"source": "stream", "stream": 1, "whole": False, "began": 1.0}
    history.sights += [
        sight(state="COMPLETED", ended=2.0, **parts),
        sight(state="WORKING", ended=2.1, **parts),
    ]


def works_for_ever(history: History) -> None:
    with_final(history, state="WORKING")
    history.sights.clear()


def failed_for_nothing(history: History) -> None:
    with_final(history, state="FAILED")
    history.sights.clear()


def was_cancelled_by_nobody(history: History) -> None:
    with_final(history, state="CANCELED")
    history.sights.clear()


def went_on_after_its_cancellation(history: History) -> None:
    with_final(history, state="CANCELED")
    history.sights.clear()
    history.calls.append(act("CancelTask"))
    history.runs = [run(ended=20.0)]


def never_stopped(history: History) -> None:
    went_on_after_its_cancellation(history)
    history.runs = [run(ended=None)]


def moved_to_another_context(history: History) -> None:
    history.sights.append(sight(context_id="d"))


def was_seen_by_bob(history: History) -> None:
    history.sights.append(sight(owner="bob"))


def was_cancelled_by_bob(history: History) -> None:
    history.calls.append(act("CancelTask", owner="bob", foreign=True))


def told_bob_that_it_has_ended(history: History) -> None:
    refusal = {"outcome": "refused", "reason": "TASK_NOT_CANCELABLE"}
    history.calls.append(act("CancelTask", owner="bob", foreign=True, **refusal))


def is_listed_by_one_only(history: History) -> None:
    history.listed["ann b"] = []


def is_listed_twice(history: History) -> None:
    history.listed["ann b"] = ["t", "t"]


def could_not_be_followed(history: History) -> None:
    history.watches = [watch(rested="", reason="TASK_NOT_FOUND")]


def was_streamed_with_a_gap(history: History) -> None:
    history.watches = [watch(seen="".join(CHAT.pieces("m")[1:]))]


def cost_two_reconnects(history: History) -> None:
    history.watches = [watch(streams=3)]
    history.troubles.append(trouble())


def kept_its_end_secret(history: History) -> None:
    history.watches = [watch(missed_from=2.0, missed_until=7.0, missed_at="b")]


def could_not_be_read(history: History) -> None:
    history.calls.append(act("GetTask", outcome="refused", reason="TASK_NOT_FOUND"))


def failed_inside(history: History) -> None:
    history.calls.append(act("GetTask", outcome="refused", reason="INTERNAL_ERROR: quote a7"))


def refused_its_follow_up(history: History) -> None:
    history.calls.append(
        act("SendMessage", ended=1.5, outcome="refused", reason="UNSUPPORTED_OPERATION: ended")
    )


def lost_a_replica(history: History) -> None:
    history.faults.append("a ended by itself with exit code 1")


CRIMES: dict[Callable[[History], None], str] = {
    was_lost: "lost_messages",
    lost_its_message: "lost_messages",
    was_lost_after_its_stream_began: "lost_messages",
    was_answered_with_another_task: "double_tasks",
    was_remarked_upon_twice: "double_tasks",
    ran_again: "double_runs",
    ran_again_for_nothing: "double_runs",
    ran_again_after_a_short_freeze: "double_runs",
    ran_though_refused: "refused_runs",
    lost_a_piece: "wrong_answers",
    doubled_a_piece: "wrong_answers",
    mixed_up_pieces: "wrong_answers",
    answered_twice: "wrong_answers",
    answered_early: "early_answers",
    changed_its_end: "changed_ends",
    changed_the_time_of_its_end: "changed_ends",
    grew_after_its_end: "changed_ends",
    came_back_to_life: "changed_ends",
    worked_on_in_a_stream: "changed_ends",
    works_for_ever: "unsettled_tasks",
    failed_for_nothing: "needless_ends",
    was_cancelled_by_nobody: "needless_ends",
    went_on_after_its_cancellation: "turns_without_task",
    never_stopped: "turns_without_task",
    moved_to_another_context: "changed_contexts",
    was_seen_by_bob: "foreign_eyes",
    was_cancelled_by_bob: "foreign_eyes",
    is_listed_by_one_only: "incomplete_lists",
    is_listed_twice: "incomplete_lists",
    could_not_be_followed: "broken_streams",
    was_streamed_with_a_gap: "false_streams",
    cost_two_reconnects: "needless_reconnects",
    kept_its_end_secret: "silent_streams",
    told_bob_that_it_has_ended: "wrong_refusals",
    could_not_be_read: "wrong_refusals",
    failed_inside: "wrong_refusals",
    refused_its_follow_up: "wrong_refusals",
    lost_a_replica: "fallen_replicas",
}


def test_nothing_is_wrong_with_a_calm_history() -> None:
    """Else the tests below would find what is always there."""
    assert violations(calm()) == []


@pytest.mark.parametrize("crime", CRIMES, ids=lambda crime: crime.__name__)
def test_a_wrong_history_is_found_out(crime: Callable[[History], None]) -> None:
    """Each wrong breaks the rule that is meant for it."""
    history = calm()
    crime(history)

    assert CRIMES[crime] in {found.rule for found in violations(history)}


def test_every_rule_can_be_broken() -> None:
    """A rule that nothing above breaks could not fail."""
    assert {rule.__name__ for rule in RULES} == set(CRIMES.values())
    assert all(inspect.getdoc(rule) for rule in RULES)


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
    history.watches = [watch(streams=2, rested="FAILED", seen="", stored="")]
    history.runs = [run(ended=None, finished=False)]
    history.troubles.append(trouble())


def went_on_where_nobody_could_stop_it(history: History) -> None:
    failed = sight(state="FAILED", answers=())
    history.sights, history.final = [failed], {"t": failed}
    history.runs = [run(ended=12.0, finished=False)]
    history.troubles.append(trouble("freeze", began=1.2, ended=11.0))


def was_unavailable(history: History) -> None:
    history.calls.append(act("GetTask", outcome="unavailable"))
    history.troubles.append(trouble("stop", target=DATABASE))


def had_ended_already(history: History) -> None:
    refused = {"outcome": "refused", "began": 3.0, "ended": 3.1}
    history.calls += [
        act("CancelTask", reason="TASK_NOT_CANCELABLE", **refused),
        act("SubscribeToTask", reason="UNSUPPORTED_OPERATION", **refused),
        act("GetTask", reason="TASK_NOT_FOUND: no", owner="bob", foreign=True, **refused),
    ]


EXCUSES = (
    lost_its_replica,
    lost_its_lease,
    failed_with_its_replica,
    went_on_where_nobody_could_stop_it,
    was_unavailable,
    had_ended_already,
)


@pytest.mark.parametrize("excuse", EXCUSES, ids=lambda excuse: excuse.__name__)
def test_what_a_fault_excuses_is_not_held_against_anybody(
    excuse: Callable[[History], None],
) -> None:
    """What cannot be promised is not asked for."""
    history = calm()
    excuse(history)

    assert violations(history) == []


def test_trouble_is_counted_once_where_it_overlaps() -> None:
    """A frozen replica of a frozen database is as troubled as can be, and no more."""
    history = calm()
    history.troubles = [
        trouble("freeze", began=0.0, ended=4.0),
        trouble("freeze", DATABASE, 2.0, 6.0),
    ]

    assert history.troubled_seconds("a", 1.0, 10.0) == 5.0
    assert history.troubled_seconds("b", 1.0, 10.0) == 4.0
    assert history.troubled_seconds("a", 7.0, 10.0) == 0.0
