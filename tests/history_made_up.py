"""Pieces of short histories that somebody has made up, and a history in which nothing is wrong."""

from typing import Any

from history_records import Call, History, Run, Sight, Trouble, Watch
from history_script import Script

CHAT = Script("chat", 3)


def call(**fields: Any) -> Call:
    """Ann sends a message and is told of task t, which has ended."""
    usual: dict[str, Any] = {
        "caller": "ann-rest",
        "owner": "ann",
        "transport": "rest",
        "replica": "a",
        "operation": "SendMessage",
        "began": 1.0,
        "ended": 2.0,
        "outcome": "ok",
        "message_id": "m",
        "text": CHAT.text,
        "told_task": "t",
        "told_state": "COMPLETED",
        "awaited": True,
    }
    return Call(**usual | fields)


def act(operation: str, **fields: Any) -> Call:
    """Ann does something with task t."""
    nothing = {"message_id": "", "text": "", "told_task": "", "told_state": "", "awaited": False}
    return call(
        **nothing | {"operation": operation, "task_id": "t", "began": 3.0, "ended": 3.1} | fields
    )


def sight(**fields: Any) -> Sight:
    """Ann sees task t, which has ended a second ago, with its whole answer."""
    usual: dict[str, Any] = {
        "owner": "ann",
        "task_id": "t",
        "context_id": "c",
        "state": "COMPLETED",
        "changed": 2.0,
        "began": 3.0,
        "ended": 3.1,
        "replica": "b",
        "source": "get",
        "heard": ("m",),
        "answers": (("m", CHAT.answer("m")),),
    }
    return Sight(**usual | fields)


def run(**fields: Any) -> Run:
    """The turn of that message on replica a."""
    usual: dict[str, Any] = {
        "run": "1",
        "message_id": "m",
        "task_id": "t",
        "owner": "ann",
        "replica": "a",
        "process": 1,
        "began": 1.1,
        "ended": 2.0,
        "finished": True,
    }
    return Run(**usual | fields)


def watch(**fields: Any) -> Watch:
    """Ann follows task t to its end."""
    usual: dict[str, Any] = {
        "caller": "ann-rest",
        "owner": "ann",
        "task_id": "t",
        "began": 1.0,
        "ended": 2.0,
        "streams": 1,
        "rested": "COMPLETED",
        "seen": CHAT.answer("m"),
        "stored": CHAT.answer("m"),
    }
    return Watch(**usual | fields)


def trouble(
    kind: str = "kill", target: str = "a", began: float = 1.2, ended: float = 1.8
) -> Trouble:
    """Something that replica a survives or does not."""
    return Trouble(kind=kind, target=target, began=began, ended=ended, deadly=kind == "kill")


def calm() -> History:
    """A run in which nothing is wrong, and in which nothing happens either."""
    return History(
        lease_seconds=5.0,
        calls=[call()],
        sights=[sight()],
        watches=[watch()],
        runs=[run()],
        final={"t": sight()},
        listed={"ann a": ["t"], "ann b": ["t"]},
        ended=100.0,
    )


def with_final(history: History, **fields: Any) -> None:
    """The task is read like this in the end."""
    history.final = {"t": sight(**fields)}
