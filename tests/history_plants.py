"""The cures of replicas, switched off one by one, so that the checker shows that it misses them."""

import uuid
from collections.abc import Callable
from importlib import import_module
from typing import Any

CONTEXTLESS, UNGUARDED, UNCANCELLED = "contextless", "unguarded", "uncancelled"


def plant(name: str, package: str) -> None:
    """Patch the agent that is about to start in this process; no name changes nothing."""
    if name:
        PLANTS[name](f"{package}.tasks")


def _contextless(tasks: str) -> None:
    """A message that names the task only gets a context of its own, not that of the task."""
    intake = import_module(f"{tasks}.operations.intake").Intake
    task_of = intake._task_of  # noqa: SLF001  # there is no other way in

    async def without_context(self: Any, message: Any, context: Any) -> Any:
        live = await task_of(self, message, context)
        if message.task_id:
            message.context_id = message.context_id or str(uuid.uuid4())
        return live

    intake._task_of = without_context  # noqa: SLF001


def _unguarded(tasks: str) -> None:
    """Whoever writes last wins, also over the end of a task."""
    store: Any = import_module(f"{tasks}.storage.store")
    guard = f"WHERE {store.UNCHANGED}"
    if guard not in store.UPDATE:
        raise LookupError(guard)
    store.UPDATE = store.UPDATE.replace(guard, "WHERE id = $1 AND (version = $2 OR true)")


def _uncancelled(tasks: str) -> None:
    """A replica does not hear of what happens elsewhere to the tasks that it runs."""
    live_task = import_module(f"{tasks}.live.live_task").LiveTask
    catch_up = live_task.catch_up

    async def unless_running(self: Any, stored: Any, *, known: int) -> None:
        if not self.running:
            await catch_up(self, stored, known=known)

    live_task.catch_up = unless_running


PLANTS: dict[str, Callable[[str], None]] = {
    CONTEXTLESS: _contextless,
    UNGUARDED: _unguarded,
    UNCANCELLED: _uncancelled,
}
