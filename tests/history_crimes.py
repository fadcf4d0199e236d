"""What can be wrong with a history, and the rule that has to notice it."""

from collections.abc import Callable
from dataclasses import replace

from history_made_up import CHAT, act, call, run, sight, trouble, watch, with_final
from history_records import History


def was_lost(history: History) -> None:
    history.final.clear()


def lost_its_message(history: History) -> None:
    with_final(history, heard=(), answers=())


def was_lost_after_its_stream_began(history: History) -> None:
    history.calls = [call(outcome="unknown", told_state="WORKING", awaited=False)]
    history.final.clear()


def was_lost_by_the_only_replica(history: History) -> None:
    history.shared = False
    history.sights, history.final = [], {}
    history.troubles.append(trouble())


def lost_its_message_with_a_stream(history: History) -> None:
    history.calls = [call(outcome="unknown", told_state="WORKING", ended=1.3, awaited=False)]
    with_final(history, state="INPUT_REQUIRED", heard=(), answers=())
    history.sights = []
    history.troubles.append(trouble())


def lost_its_message_late(history: History) -> None:
    lost_its_message_with_a_stream(history)
    history.shared = False
    history.calls = [replace(each, ended=2.3) for each in history.calls]
    history.troubles = [trouble(began=2.2, ended=2.8)]


def lost_its_message_for_nothing(history: History) -> None:
    lost_its_message_with_a_stream(history)
    history.shared = False
    history.troubles.clear()


def lost_a_message_that_was_seen(history: History) -> None:
    lost_its_message_with_a_stream(history)
    history.shared = False
    history.sights = [sight(state="WORKING", answers=(), began=1.1, ended=1.15)]


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


def failed_for_little(history: History) -> None:
    failed_for_nothing(history)
    history.troubles.append(trouble("cut", began=1.2, ended=1.5))


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
    history.watches = [watch(streams=3, cuts=((1.3, "a"), (1.6, "a")))]
    history.troubles.append(trouble())


def cost_a_reconnect_elsewhere(history: History) -> None:
    history.watches = [watch(streams=2, cuts=((1.3, "b"),))]
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


def kept_its_caller_waiting(history: History) -> None:
    history.calls.append(act("CancelTask", outcome="unknown", ended=9.1))
    history.troubles.append(trouble("hang", began=2.0, ended=9.0))


def kept_a_repeated_message_waiting(history: History) -> None:
    history.calls = [
        call(outcome="unavailable", told_task="", ended=1.5),
        call(outcome="unknown", told_task="", replica="b", began=9.0, ended=15.5),
        call(began=16.0, ended=16.1),
    ]
    history.troubles.append(trouble("mute"))


def lost_a_replica(history: History) -> None:
    history.faults.append("a ended by itself with exit code 1")


CRIMES: dict[Callable[[History], None], str] = {
    was_lost: "lost_messages",
    lost_its_message: "lost_messages",
    was_lost_after_its_stream_began: "lost_messages",
    was_lost_by_the_only_replica: "lost_messages",
    lost_its_message_with_a_stream: "lost_messages",
    lost_its_message_late: "lost_messages",
    lost_its_message_for_nothing: "lost_messages",
    lost_a_message_that_was_seen: "lost_messages",
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
    failed_for_little: "needless_ends",
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
    cost_a_reconnect_elsewhere: "needless_reconnects",
    kept_its_end_secret: "silent_streams",
    told_bob_that_it_has_ended: "wrong_refusals",
    could_not_be_read: "wrong_refusals",
    failed_inside: "wrong_refusals",
    refused_its_follow_up: "wrong_refusals",
    kept_its_caller_waiting: "hanging_calls",
    kept_a_repeated_message_waiting: "hanging_calls",
    lost_a_replica: "fallen_replicas",
}
