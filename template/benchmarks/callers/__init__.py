"""One module for each binding; every module in this folder is measured."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

# A call that ends otherwise did not do what was asked, and counts as an error.
GOOD_ENDS = {
    "MESSAGE",  # a reply without a task
    "TASK_STATE_COMPLETED",
    "TASK_STATE_INPUT_REQUIRED",
    "TASK_STATE_AUTH_REQUIRED",
}


class CallError(Exception):
    """The agent answered, but not with what a caller wants."""


class Caller(Protocol):
    """A client for one call at a time; each carries a new messageId, as the agent runs an id once."""

    async def send(self, text: str) -> str:
        """Send one message, wait, and return the state that its task is left in."""

    def stream(self, text: str) -> AsyncIterator[str]:
        """Send one message and yield each event's task state, or "" for an event without one."""

    async def aclose(self) -> None:
        """Close all connections."""


@dataclass(frozen=True, kw_only=True)
class Binding:
    """How to reach the agent over one binding."""

    name: str
    endpoint: str  # bindings that share a port share its name: --target-<endpoint>
    connect: Callable[[str, Mapping[str, str]], Caller]  # host:port, and headers of every call


def discover() -> list[Binding]:
    """Return the bindings of this agent: those that have a module in this folder."""
    names = (module.name for module in pkgutil.iter_modules(__path__, f"{__name__}."))
    return [importlib.import_module(name).BINDING for name in names]
