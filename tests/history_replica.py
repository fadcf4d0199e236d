"""A replica of the lab: the agent with this logic; `history_replicas.py` runs it in its own process.

It runs in the environment of the rendered agent. Before and after each turn it appends a line to
the journal, which the checker reads; the agent itself knows nothing of it.
"""

import asyncio
import json
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any

import history_plants
from history_script import ASK, PAUSE_SECONDS, QUESTION, REMARK, SILENT, Script

PACKAGE, NAME, JOURNAL = (
    os.environ[f"HISTORY_{name}"] for name in ("PACKAGE", "REPLICA", "JOURNAL")
)

conversation = import_module(f"{PACKAGE}.conversation")


class Line:
    """One turn in the journal."""

    def __init__(self, turn: Any) -> None:
        self._file = os.open(JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._run = uuid.uuid4().hex
        self._about = {
            "message_id": turn.message_id,
            "task_id": turn.task_id,
            "owner": turn.caller.name,
            "replica": NAME,
            "process": os.getpid(),
        }
        self.finished = False

    def __enter__(self) -> "Line":
        self._write(what="begin", **self._about)
        return self

    def __exit__(self, *_: object) -> None:
        self._write(what="end", finished=self.finished)
        os.close(self._file)

    def _write(self, **fields: Any) -> None:
        # One write to a file opened for appending is never torn by those of other processes.
        line = json.dumps({"run": self._run, "time": time.time(), **fields})
        os.write(self._file, f"{line}\n".encode())


async def reply(turn: Any) -> AsyncIterator[Any]:
    """Do what the script says."""
    script = Script.read(turn.text)
    with Line(turn) as line:
        if script.kind == REMARK:
            line.finished = True
            yield conversation.Message(script.remark(turn.message_id))
            return
        pieces = script.pieces(turn.message_id)
        for index, piece in enumerate(pieces):
            line.finished = script.kind != ASK and index == len(pieces) - 1
            yield piece
            if script.kind == SILENT and index == 0:
                await asyncio.sleep(script.number)
            await asyncio.sleep(PAUSE_SECONDS.get(script.kind, 0.0))
        if script.kind == ASK:
            line.finished = True
            yield conversation.Ask(QUESTION)


if __name__ == "__main__":
    history_plants.plant(os.environ.get("HISTORY_PLANT", ""), PACKAGE)
    sys.exit(import_module(f"{PACKAGE}.__main__").main(logic=reply))
