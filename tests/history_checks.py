"""All rules that a history has to keep."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from history_forgiveness import forgiven
from history_messages import (
    double_runs,
    double_tasks,
    early_answers,
    lost_messages,
    refused_runs,
    wrong_answers,
)
from history_records import DATABASE, History
from history_streams import (
    broken_streams,
    false_streams,
    hanging_calls,
    needless_reconnects,
    silent_streams,
    wrong_refusals,
)
from history_tasks import (
    changed_contexts,
    changed_ends,
    foreign_eyes,
    incomplete_lists,
    needless_ends,
    turns_without_task,
    unsettled_tasks,
)


def fallen_replicas(history: History) -> Iterator[str]:
    """A replica ends when it is told to, in good order, and recovers without help."""
    yield from history.faults


RULES: tuple[Callable[[History], Iterator[str]], ...] = (
    lost_messages,
    double_tasks,
    double_runs,
    refused_runs,
    wrong_answers,
    early_answers,
    changed_ends,
    unsettled_tasks,
    needless_ends,
    turns_without_task,
    changed_contexts,
    foreign_eyes,
    incomplete_lists,
    broken_streams,
    false_streams,
    hanging_calls,
    needless_reconnects,
    silent_streams,
    wrong_refusals,
    fallen_replicas,
)


OPERATIONS = (
    "SendMessage",
    "SendStreamingMessage",
    "SubscribeToTask",
    "GetTask",
    "ListTasks",
    "CancelTask",
)
ENDS = ("COMPLETED", "CANCELED", "FAILED")


@dataclass(frozen=True)
class Violation:
    """A rule that was broken, and how."""

    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


def violations(history: History) -> list[Violation]:
    """Everything that should not have happened."""
    judged = forgiven(history)
    return [Violation(rule.__name__, text) for rule in RULES for text in rule(judged)]


def counts(history: History) -> Mapping[str, object]:
    """What the verdict rests on."""
    sent = {(call.owner, call.message_id) for call in history.calls if call.message_id}
    return {
        "calls": dict(Counter(f"{each.operation} {each.outcome}" for each in history.calls)),
        "transports": dict(Counter(each.transport for each in history.calls)),
        "messages": len(sent),
        "tasks": dict(Counter(each.state for each in history.final.values())),
        "turns": dict(Counter(_end_of_run(each.ended, each.finished) for each in history.runs)),
        "sights": len(history.sights),
        "reconnects": dict(Counter(len(each.cuts) for each in history.watches)),
        "troubles": dict(Counter(f"{each.kind} {each.target}" for each in history.troubles)),
    }


def unproven(history: History) -> list[str]:
    """What a run should have seen and has not: without it, its verdict says little."""
    sent = Counter((each.owner, each.message_id) for each in history.calls if each.told_task)
    answered = {each.operation for each in history.calls if each.outcome == "ok"}
    proof = {
        **{f"{name} that is answered": name in answered for name in OPERATIONS},
        **{f"a task that is {name}": name in _states(history) for name in ENDS},
        "an attempt to reach a foreign task": any(each.foreign for each in history.calls),
        "an unknown outcome": any(each.outcome == "unknown" for each in history.calls),
        "a message that is repeated after its answer": max(sent.values(), default=0) > 1,
        "a follow-up": any(len(each.heard) > 1 for each in history.final.values()),
        "a reconnect": any(each.cuts for each in history.watches),
        "a replica that loses a turn": any(each.ended is None for each in history.runs),
        "trouble with the database": any(each.target == DATABASE for each in history.troubles),
    }
    return [name for name, seen in proof.items() if not seen]


def _states(history: History) -> set[str]:
    return {each.state for each in history.final.values()}


def _end_of_run(ended: float | None, finished: bool) -> str:
    if ended is None:
        return "vanished"
    return "finished" if finished else "stopped"
