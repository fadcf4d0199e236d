"""Rules about messages: none is lost, none runs twice, each has the whole of its own answer."""

import itertools
from collections import defaultdict
from collections.abc import Iterator

from history_records import Call, History, Run, Sight
from history_script import ASK, Script
from history_views import AT_REST

Key = tuple[str, str]  # owner and message id


def acknowledged(call: Call) -> bool:
    """Whether the caller has been told anything that needs its message to have arrived."""
    return bool(call.told_task or call.told_text)


def sendings(history: History) -> dict[Key, list[Call]]:
    """All calls that carried a message, by message, in the order in which they ended."""
    found: dict[Key, list[Call]] = defaultdict(list)
    for call in sorted(history.calls, key=lambda call: call.ended):
        if call.message_id and not call.foreign:
            found[call.owner, call.message_id].append(call)
    return found


def lost_messages(history: History) -> Iterator[str]:
    """What was acknowledged stands in its task, once."""
    for (owner, message_id), calls in sendings(history).items():
        for task_id in {call.told_task for call in calls if call.told_task}:
            final = history.final.get(task_id)
            if final is None:
                yield f"task {task_id} of {owner}, told about message {message_id}, is not there"
            elif (times := final.heard.count(message_id)) != 1:
                yield f"message {message_id} stands in task {task_id} {times} times"


def double_tasks(history: History) -> Iterator[str]:
    """A message leads to one task, whoever is asked, and to one answer."""
    tasks: dict[Key, set[str]] = defaultdict(set)
    for key, calls in sendings(history).items():
        tasks[key] |= {call.told_task for call in calls if call.told_task}
        if len(texts := {call.told_text for call in calls if call.told_text}) > 1:
            yield f"message {key[1]} of {key[0]} was answered in {len(texts)} ways"
    for final in history.final.values():
        for message_id in final.heard:
            tasks[final.owner, message_id].add(final.task_id)
    for (owner, message_id), found in tasks.items():
        if len(found) > 1:
            yield f"message {message_id} of {owner} led to the tasks {' and '.join(sorted(found))}"


def double_runs(history: History) -> Iterator[str]:
    """A message runs again only if nobody was told of the first time, and its replica was lost.

    Then it is the repeated call of somebody who knows of nothing.
    """
    runs: dict[Key, list[Run]] = defaultdict(list)
    for run in sorted(history.runs, key=lambda run: run.began):
        runs[run.owner, run.message_id].append(run)
    calls = sendings(history)
    for key, several in runs.items():
        for first, again in itertools.pairwise(several):
            text = f"message {key[1]} ran on {first.replica} and again on {again.replica}"
            told = [each for each in calls.get(key, []) if each.ended < again.began]
            if any(map(acknowledged, told)):
                yield f"{text}, although it had been acknowledged"
            elif not history.lost(first, again.began):
                yield f"{text}, although the first one was not lost"


def refused_runs(history: History) -> Iterator[str]:
    """A message that was refused, and nothing else, has not been run."""
    ran = {(run.owner, run.message_id) for run in history.runs}
    for key, calls in sendings(history).items():
        if key in ran and all(call.outcome == "refused" for call in calls):
            yield f"message {key[1]} of {key[0]} was refused ({calls[-1].reason}) and has run"


def wrong_answers(history: History) -> Iterator[str]:
    """Each piece of an answer is there once and in order; at the end of a turn all of them are."""
    scripts = {
        key: Script.read(calls[0].text) for key, calls in sendings(history).items() if calls[0].text
    }
    for final in history.final.values():
        yield from _wrong_answers(final, scripts)


def early_answers(history: History) -> Iterator[str]:
    """Who waits for the answer gets the task at rest."""
    for call in history.calls:
        if call.awaited and call.told_state and call.told_state not in AT_REST:
            yield f"{call.replica} answered {call.message_id} with a task {call.told_state}"


def _wrong_answers(final: Sight, scripts: dict[Key, Script]) -> Iterator[str]:
    told: dict[str, list[str]] = defaultdict(list)
    for message_id, text in final.answers:
        told[message_id].append(text)
    for message_id in told.keys() - set(final.heard):
        yield f"task {final.task_id} answers {message_id or 'no message'}, which it has not heard"
    for message_id in final.heard:
        script = scripts.get((final.owner, message_id))
        if script is None:
            yield f"task {final.task_id} holds message {message_id}, which {final.owner} never sent"
            continue
        text, whole = "".join(told[message_id]), script.answer(message_id)
        last = message_id == final.heard[-1]
        wanted = "INPUT_REQUIRED" if script.kind == ASK else "COMPLETED"
        over = not last or final.state in {"INPUT_REQUIRED", "COMPLETED"}
        if (over and text != whole) or not whole.startswith(text) or len(told[message_id]) > 1:
            yield f"the answer to {message_id} ({script.text}, {final.state}) is {text!r}"
        if last and over and final.state != wanted:
            yield f"task {final.task_id} is {final.state} after {script.text}"
