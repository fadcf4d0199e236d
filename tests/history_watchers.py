"""Callers that do not give up: what was not answered they repeat, with the same message id."""

import random
from dataclasses import dataclass

from a2a.types import SendMessageRequest
from history_answers import PASSING, RefusedError
from history_clients import Client
from history_patience import pause
from history_script import Script
from history_watching import Watching

ANSWER_SECONDS = 6.0


@dataclass(frozen=True)
class Sent:
    """What became of a message; `task_id` and `remark` are empty when nobody has answered."""

    message_id: str
    script: Script
    task_id: str = ""
    state: str = ""
    remark: str = ""


class Watcher:
    """Persistence around a client."""

    def __init__(self, client: Client, chance: random.Random) -> None:
        self.client = client
        self.chance = chance

    async def deliver(self, request: SendMessageRequest, *, tries: int, but: str = "") -> Sent:
        """Send until there is an answer, or until there is no patience left."""
        message = request.message
        script = Script.read(message.parts[0].text)
        seconds = ANSWER_SECONDS + script.seconds
        for _ in range(tries):
            but = self.client.anywhere(self.chance, but=but)
            try:
                note = await self.client.send(but, request, seconds=seconds)
            except PASSING:
                await pause(self.chance)
            except RefusedError:
                break
            else:
                return Sent(
                    message.message_id, script, note.told_task, note.told_state, note.told_text
                )
        return Sent(message.message_id, script)

    async def converse(self, request: SendMessageRequest) -> Sent:
        """Send, listen, and go on listening wherever it is possible until the task rests."""
        message = request.message
        script = Script.read(message.parts[0].text)
        view = await Watching(self.client, self.chance, request=request).run()
        return Sent(message.message_id, script, view.task_id, view.state, view.remark)

    async def follow(self, task_id: str) -> str:
        """Listen to a task until it rests; the state that it comes to."""
        view = await Watching(self.client, self.chance, task_id=task_id).run()
        return view.state
