"""What an agent has written, for tests to search."""

import io
import json
from collections.abc import Callable
from typing import Any

from ..processes import until

SERVICE = {
    "service.name": "tested-agent",
    "service.version": "1.2.3",
    "service.environment": "staging",
}
MANDATORY = {"@timestamp", "log.level", "message", "log.logger", "ecs.version", *SERVICE}

Line = dict[str, Any]


class Output:
    """Standard error of an agent that logs JSON."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        """All of it."""
        return self._stream.getvalue()

    def lines(self, **fields: object) -> list[Line]:
        """Those with these fields; dots are written as two underscores."""
        wanted = {name.replace("__", "."): value for name, value in fields.items()}
        lines: list[Line] = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if wanted.items() <= line.items()]

    async def access(self, **fields: object) -> Line:
        """The access line with these fields, which is written after the answer has been sent."""

        async def written() -> bool:
            return bool(self.lines(event__action="request", **fields))

        await until(written)
        (line,) = self.lines(event__action="request", **fields)
        return line


Configure = Callable[..., Output]
