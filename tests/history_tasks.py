"""Rules about tasks: an end is an end, everything comes to rest, and nobody sees those of others."""

from collections import defaultdict
from collections.abc import Iterator

from history_records import History, Sight
from history_views import AT_REST, TERMINAL

# How long a turn may run on when its task has ended elsewhere, unless its replica is in trouble.
STOP_SECONDS = 4.0


def changed_ends(history: History) -> Iterator[str]:
    """All who saw the end of a task saw the same, and nobody saw it run after that."""
    for task_id, sights in _sights(history).items():
        ends = [sight for sight in sights if sight.state in TERMINAL]
        states = sorted({f"{sight.state} at {sight.changed:.6f}" for sight in ends})
        if len(states) > 1:
            yield f"task {task_id} was {' and '.join(states)}"
        elif len({sight.answers for sight in ends if sight.whole}) > 1:
            yield f"task {task_id} grew after its end"
        yield from _resurrections(sights)


def incomplete_lists(history: History) -> Iterator[str]:
    """In the end every replica lists every task of the caller once."""
    for whose, listed in history.listed.items():
        owner, _, replica = whose.partition(" ")
        for task_id, final in history.final.items():
            times = listed.count(task_id)
            if final.owner == owner and times != 1:
                yield f"replica {replica} lists task {task_id} of {owner} {times} times"


def unsettled_tasks(history: History) -> Iterator[str]:
    """When all is healed, every task ends or waits for its caller before long."""
    for final in history.final.values():
        if final.state not in AT_REST:
            yield f"task {final.task_id} is still {final.state}"


def needless_ends(history: History) -> Iterator[str]:
    """A task fails only with its replica or its database, and is cancelled by its owner only."""
    cancelled = {call.task_id for call in history.calls if call.operation == "CancelTask"}
    runs = {run.task_id: run for run in sorted(history.runs, key=lambda run: run.began)}
    for final in history.final.values():
        if final.state == "CANCELED" and final.task_id not in cancelled:
            yield f"nobody has cancelled task {final.task_id}"
        run = runs.get(final.task_id)
        if final.state == "FAILED" and run is not None and not history.lost(run, final.changed):
            yield f"task {final.task_id} failed on {run.replica}, which was in no such trouble"


def turns_without_task(history: History) -> Iterator[str]:
    """When a task has ended, wherever that was, its turn stops."""
    for run in history.runs:
        final = history.final.get(run.task_id)
        if final is None or final.state not in TERMINAL or not final.changed:
            continue
        ended = history.ended if run.ended is None else run.ended
        if run.ended is None and history.died(run.replica, run.began, ended):
            continue
        late = ended - final.changed
        late -= history.troubled_seconds(run.replica, final.changed, ended)
        if late > STOP_SECONDS:
            yield (
                f"the turn of {run.message_id} on {run.replica} went on for {late:.1f} s "
                f"after its task was {final.state}"
            )


def changed_contexts(history: History) -> Iterator[str]:
    """A task stays in its context, also for callers who name the task only (spec 3.4.3)."""
    for task_id, sights in _sights(history).items():
        if len(contexts := {sight.context_id for sight in sights}) > 1:
            yield f"task {task_id} was seen in the contexts {' and '.join(sorted(contexts))}"


def foreign_eyes(history: History) -> Iterator[str]:
    """For everybody but its owner a task is not there."""
    for task_id, sights in _sights(history).items():
        if len(owners := {sight.owner for sight in sights}) > 1:
            yield f"task {task_id} was seen by {' and '.join(sorted(owners))}"
    for call in history.calls:
        if call.foreign and (call.outcome == "ok" or call.told_task or call.told_text):
            yield f"{call.operation} on {call.replica} served {call.owner} a task of somebody else"


def _resurrections(sights: list[Sight]) -> Iterator[str]:
    first = min((each.ended for each in sights if each.state in TERMINAL), default=None)
    if first is None:
        return
    streams: set[int] = set()
    for sight in sights:
        alive = sight.state not in TERMINAL
        if alive and (sight.began > first or sight.stream in streams):
            yield (
                f"task {sight.task_id} was {sight.state} again "
                f"({sight.source} from {sight.replica}) after it had ended"
            )
        if not alive and sight.stream:
            streams.add(sight.stream)


def _sights(history: History) -> dict[str, list[Sight]]:
    found: dict[str, list[Sight]] = defaultdict(list)
    for sight in sorted(history.sights, key=lambda sight: sight.ended):
        found[sight.task_id].append(sight)
    return found
