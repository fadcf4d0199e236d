"""Who is to be told of which task, in memory because every event asks and most tasks have nobody."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

# How old may be what is known of a database that others write to as well.
RECENT_SECONDS = 1.0


class Target(NamedTuple):
    """What names one configuration."""

    task_id: str
    owner: str
    config_id: str


class AllTargets:
    """Those of every task: nobody else writes to the database."""

    def __init__(self) -> None:
        self._targets: defaultdict[str, set[Target]] = defaultdict(set)

    def of(self, task_id: str, *, fresh: bool) -> Collection[Target] | None:  # noqa: ARG002
        """Those of a task; they are always known, and fresh."""
        return tuple(self._targets.get(task_id, ()))

    def add(self, target: Target) -> None:
        """It is kept."""
        self._targets[target.task_id].add(target)

    def remove(self, target: Target) -> None:
        """It is deleted."""
        self._targets.get(target.task_id, set()).discard(target)

    def learn(self, task_id: str, targets: Iterable[Target], *, asked_at: float) -> None:
        """They are known already."""

    def forget(self, task_id: str) -> bool:
        """Nobody asks for this task any more; whether it had some."""
        return bool(self._targets.pop(task_id, None))


class Known(NamedTuple):
    """What has been known of a task since then; some of its targets may be missing."""

    targets: frozenset[Target]
    since: float  # of time.monotonic
    complete: bool


class RecentTargets:
    """Those that were looked up a moment ago: other replicas add and delete some as well."""

    def __init__(self, recent_seconds: float = RECENT_SECONDS) -> None:
        self._recent_seconds = recent_seconds
        self._known: dict[str, Known] = {}  # what has been known longest comes first

    def of(self, task_id: str, *, fresh: bool) -> Collection[Target] | None:
        """Those of a task; None where they have to be looked up."""
        known = self._known.get(task_id)
        if fresh or known is None or not known.complete or self._is_old(known):
            return None
        return known.targets

    def add(self, target: Target) -> None:
        """It is kept; there may be others."""
        known = self._known.get(target.task_id)
        targets = known.targets if known else frozenset()
        self._put(target.task_id, Known(targets | {target}, time.monotonic(), complete=False))

    def remove(self, target: Target) -> None:
        """It is deleted; there may be others."""
        self._known.pop(target.task_id, None)

    def learn(self, task_id: str, targets: Iterable[Target], *, asked_at: float) -> None:
        """These have been looked up."""
        self._put(task_id, Known(frozenset(targets), asked_at, complete=True))

    def forget(self, task_id: str) -> bool:
        """Nobody asks for this task any more; whether it had some."""
        known = self._known.pop(task_id, None)
        return known is not None and bool(known.targets)

    def _put(self, task_id: str, known: Known) -> None:
        self._known.pop(task_id, None)
        self._known[task_id] = known
        while self._known and self._is_old(next(iter(self._known.values()))):
            del self._known[next(iter(self._known))]

    def _is_old(self, known: Known) -> bool:
        return time.monotonic() - known.since > self._recent_seconds
