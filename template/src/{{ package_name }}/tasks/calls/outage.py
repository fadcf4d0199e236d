"""The database is away: callers are told when to come back, and the log says so once."""

import logging
import secrets
from time import perf_counter

from ...database.interface import DatabaseUnavailableError
from .call import Call
from .refusals import UnavailableError

logger = logging.getLogger(__name__)

# One of these for each caller, so that those who have failed together do not return together.
RETRY_SECONDS = range(2, 12)
# What works by turns is one outage.
QUIET_SECONDS = 5.0
NEEDS_NO_DATABASE = "GetExtendedAgentCard"


class Outage:
    """Counts the calls that fail while it lasts."""

    def __init__(self) -> None:
        self._failures = 0
        self._last = 0.0

    def failed(self, error: DatabaseUnavailableError) -> UnavailableError:
        """One more; what its caller is told."""
        if not self._failures:
            logger.error("The database cannot be reached: calls fail (%s)", str(error))
        self._failures += 1
        self._last = perf_counter()
        seconds = secrets.choice(RETRY_SECONDS)
        sentence = f"The agent cannot reach its database: try again in {seconds} seconds."
        return UnavailableError(sentence, retry_after_seconds=seconds)

    def passed(self, call: Call) -> None:
        """A call is answered: it is over if that began some time after the last one that failed."""
        if not self._failures or call.operation == NEEDS_NO_DATABASE:
            return
        if call.started > self._last + QUIET_SECONDS:
            logger.warning("The database is back: %d calls have failed", self._failures)
            self._failures = 0
