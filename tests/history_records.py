"""The history of a run: what callers did, what they saw, what ran, and what was broken when.

All times are seconds of the wall clock, which every process of this machine shares.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

KILL, STOP, FREEZE = "kill", "stop", "freeze"  # a process
CUT, REFUSE, HANG, MUTE = "cut", "refuse", "hang", "mute"  # its connections
DATABASE = "database"

# `unavailable` is an error that asks the caller to try again, and `unknown` the loss of a
# connection: both may have had an effect. A call that is refused must not have had any.
Outcome = Literal["ok", "refused", "unavailable", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call as its caller saw it."""

    caller: str
    owner: str
    transport: str
    replica: str
    operation: str
    began: float
    ended: float
    outcome: Outcome
    reason: str = ""
    message_id: str = ""  # of what was sent
    text: str = ""  # of what was sent
    task_id: str = ""  # that the call named
    told_task: str = ""  # that the answer named
    told_text: str = ""  # of an answer without a task
    told_state: str = ""
    foreign: bool = False  # the task belongs to somebody else
    awaited: bool = False  # the answer is to be the task at rest


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A task as somebody saw it: true at some moment between `began` and `ended`.

    The events of one stream have a number in common, and come in order.
    """

    owner: str  # who looked
    task_id: str
    context_id: str
    state: str
    began: float
    ended: float
    replica: str
    source: str
    changed: float = 0.0  # the time that the state itself tells; 0: it tells none
    stream: int = 0
    heard: tuple[str, ...] = ()  # ids of the caller's messages
    answers: tuple[tuple[str, str], ...] = ()  # message id and text of each artifact
    whole: bool = True  # the task, and not only a change of its state

    @property
    def text(self) -> str:
        """Of all artifacts."""
        return "".join(text for _, text in self.answers)


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A caller that wanted to see a task come to rest, over as many streams as it took."""

    caller: str
    owner: str
    task_id: str
    began: float
    ended: float
    streams: int  # that said something
    cuts: tuple[tuple[float, str], ...] = ()  # when, and at which replica, one of them broke
    rested: str = ""  # the state at rest that was seen in the end; empty: none
    reason: str = ""  # why it was given up
    seen: str = ""  # text of the artifacts as the streams have told it
    stored: str = ""  # the same as read afterwards
    missed_from: float = 0.0  # for so long a stream of this replica
    missed_until: float = 0.0  # has told nothing of a rest that was there
    missed_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """The agent's own logic at work on a message, as the logic itself has written it down."""

    run: str
    message_id: str
    task_id: str
    owner: str
    replica: str
    process: int
    began: float
    ended: float | None  # None: it has not said so
    finished: bool = False  # it came to its last word


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A time in which a replica, or the database of all of them, did not work as it should."""

    kind: str
    target: str  # a replica, or DATABASE
    began: float
    ended: float
    deadly: bool = False  # whatever ran there is gone

    @property
    def stuns(self) -> bool:
        """Whether the replica itself could not answer."""
        return self.target != DATABASE and self.kind in {KILL, STOP, FREEZE}


DATABASE = "database"


# A replica may lose its lease when it was in trouble for such a share of it: its last heartbeat
# may have come long before.
SHARE_OF_LEASE = 0.5


@dataclass
class History:
    """Everything that is known of one run."""

    lease_seconds: float
    shared: bool = True  # several replicas on one database
    calls: list[Call] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    final: dict[str, Sight] = field(default_factory=dict)  # by task id, as its owner reads it
    listed: dict[str, list[str]] = field(default_factory=dict)  # ids by owner and replica
    faults: list[str] = field(default_factory=list)  # of replicas, beyond those that were injected
    ended: float = 0.0  # when everything was healed, settled and read

    def write(self, path: Path) -> None:
        """As JSON, for people who want to know what happened."""
        path.write_text(json.dumps(asdict(self), indent=1))

    def troubled_seconds(self, replica: str, began: float, ended: float, *others: str) -> float:
        """How long, between these times, a replica, its database or one of others was in trouble."""
        spans = sorted(
            (max(each.began, began), min(each.ended, ended))
            for each in self.troubles
            if each.target in {replica, DATABASE, *others}
        )
        total, reached = 0.0, began
        for start, end in spans:
            total += max(0.0, end - max(start, reached))
            reached = max(reached, end)
        return total

    def dead_or_frozen(self, replica: str, began: float, ended: float) -> bool:
        """Whether the replica could not have answered at some time between these."""
        return any(
            each.stuns and each.target == replica and began <= each.ended and each.began <= ended
            for each in self.troubles
        )

    def died(self, replica: str, began: float, ended: float) -> bool:
        """Whether the replica lost what it was doing between these times."""
        return any(
            each.deadly and each.target == replica and began <= each.ended and each.began <= ended
            for each in self.troubles
        )

    def lost(self, run: Run, until: float) -> bool:
        """Whether its replica could no longer bring this turn to its end by then."""
        troubled = self.troubled_seconds(run.replica, run.began, until)
        enough = SHARE_OF_LEASE * self.lease_seconds
        return troubled >= enough or self.died(run.replica, run.began, until)
