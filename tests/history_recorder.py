"""Writes down the calls of one caller, and all that it sees of tasks."""

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from a2a.types import Task, TaskStatus
from history_answers import RefusedError, UnavailableError
from history_records import Call, History, Outcome, Sight
from history_views import View, seconds_of, sight_of, state_of

STREAMS = itertools.count(1)


@dataclass
class Note:
    """What a call is going to be remembered as."""

    outcome: Outcome = "ok"
    reason: str = ""
    told_task: str = ""
    told_text: str = ""
    told_state: str = ""


class Recorder:
    """The pen of one caller."""

    def __init__(self, *, caller: str, owner: str, transport: str, history: History) -> None:
        self._who: dict[str, Any] = {"caller": caller, "owner": owner, "transport": transport}
        self._owner, self._history = owner, history

    @asynccontextmanager
    async def call(self, operation: str, replica: str, **about: Any) -> AsyncIterator[Note]:
        """The call that is made in the block, whatever becomes of it."""
        note, began = Note(), time.time()
        try:
            yield note
        except RefusedError as error:
            note.outcome, note.reason = "refused", str(error)
            raise
        except UnavailableError as error:
            note.outcome, note.reason = "unavailable", str(error)
            raise
        except BaseException as error:
            note.outcome, note.reason = "unknown", repr(error)
            raise
        finally:
            about |= {"operation": operation, "replica": replica}
            call = Call(began=began, ended=time.time(), **self._who, **vars(note), **about)
            self._history.calls.append(call)

    def saw(self, task: Task, source: str, replica: str, began: float) -> Sight:
        """A whole task that was asked for then."""
        sight = sight_of(
            task, owner=self._owner, began=began, ended=time.time(), replica=replica, source=source
        )
        self._history.sights.append(sight)
        return sight

    def heard(
        self, told: Task | TaskStatus | None, view: View, replica: str, began: float, number: int
    ) -> None:
        """What the next event of a stream tells of the state of a task, if anything."""
        circumstances: dict[str, Any] = {
            "owner": self._owner,
            "began": began,
            "ended": time.time(),
            "replica": replica,
            "source": "stream",
            "stream": number,
        }
        if isinstance(told, Task):
            self._history.sights.append(sight_of(told, **circumstances))
        elif told is not None:
            sight = Sight(
                task_id=view.task_id,
                context_id=view.context_id,
                state=state_of(told),
                changed=seconds_of(told),
                whole=False,
                **circumstances,
            )
            self._history.sights.append(sight)
