"""How much one caller may have going on at a time."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .call import Call
from .refusals import RateLimitedError

# When something of one's own ends is not known; so soon it is worth another try.
RETRY_SECONDS = 5


class Quota:
    """Counts what callers have open; those with the same `group` share what one may have.

    `what` says what that is, in the plural.
    """

    def __init__(self, maximum: int, what: str, *, group: Callable[[str], str] = str) -> None:
        self._maximum = maximum
        self._what = what
        self._group = group
        self._open: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._open.total()

    @contextmanager
    def one_more(self, call: Call) -> Iterator[None]:
        """Count it as its caller's until the block ends; raises RateLimitedError."""
        payer = self._group(call.payer)
        if self._open.get(payer, 0) >= self._maximum:
            raise RateLimitedError(
                f"One caller may have {self._maximum} {self._what} at a time: end one, or wait.",
                retry_after_seconds=RETRY_SECONDS,
            )
        self._open[payer] += 1
        try:
            yield
        finally:
            self._open[payer] -= 1
            if not self._open[payer]:
                del self._open[payer]


class Quotas:
    """What is counted: open streams, and tasks from a message until they are at rest."""

    def __init__(
        self, *, max_streams: int, max_tasks: int, group: Callable[[str], str] = str
    ) -> None:
        self.streams = Quota(max_streams, "open streams", group=group)
        self.tasks = Quota(max_tasks, "tasks at work", group=group)
