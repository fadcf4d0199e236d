"""Callers that do not give up: they repeat what was not answered, and go on listening elsewhere."""

import asyncio
import random
import time
from dataclasses import dataclass

from a2a.types import Message, Part, Role, SendMessageRequest, SubscribeToTaskRequest
from history_answers import LostError, RefusedError, UnavailableError, UnreachableError
from history_clients import Client
from history_records import Sight, Watch
from history_script import Script
from history_views import View

# What may be tried again, with the same message id and at another replica.
PASSING = (LostError, UnavailableError, UnreachableError, TimeoutError)
# A stream that is as quiet as that may be one of a frozen replica: listen at another one.
QUIET_SECONDS = 5.0
ANSWER_SECONDS = 6.0
PATIENCE_SECONDS = 90.0
PAUSES_SECONDS = (0.2, 0.8)
# What the agent says when a subscriber is too slow, and when there is nothing to subscribe to.
CUT_OFF, NOTHING_FOLLOWS = "Events were lost", "UNSUPPORTED_OPERATION"


@dataclass(frozen=True)
class Sent:
    """What became of a message; `task_id` and `remark` are empty when nobody has answered."""

    message_id: str
    script: Script
    task_id: str = ""
    state: str = ""
    remark: str = ""


def request_of(
    message_id: str, script: Script, *, at_once: bool = False, task_id: str = ""
) -> SendMessageRequest:
    """A message with this script."""
    message = Message(
        message_id=message_id,
        role=Role.ROLE_USER,
        parts=[Part(text=script.text)],
        task_id=task_id,
    )
    request = SendMessageRequest(message=message)
    request.configuration.return_immediately = at_once
    return request


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
                await self.pause()
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
        view = await Watching(self, request=request).run()
        return Sent(message.message_id, script, view.task_id, view.state, view.remark)

    async def follow(self, task_id: str) -> str:
        """Listen to a task until it rests; the state that it comes to."""
        view = await Watching(self, task_id=task_id).run()
        return view.state

    async def read(self, task_id: str) -> Sight | None:
        """The task, wherever it can be read; None when it cannot be read anywhere."""
        began = time.time()
        while time.time() < began + PATIENCE_SECONDS:
            try:
                return await self.client.get(self.client.anywhere(self.chance), task_id)
            except PASSING:
                await self.pause()
            except RefusedError:
                return None
        return None

    async def pause(self) -> None:
        """Do not ask again at once."""
        await asyncio.sleep(self.chance.uniform(*PAUSES_SECONDS))


class Watching:
    """The wish to see a task come to rest: one that is there, or that of a message."""

    def __init__(
        self, watcher: Watcher, *, task_id: str = "", request: SendMessageRequest | None = None
    ) -> None:
        self._watcher, self._client, self._request = watcher, watcher.client, request
        self._task_id = task_id
        self._view = View()
        self._streams = 0
        self._reason = ""
        self._left = 0  # streams without events, the last of them then and there
        self._left_at, self._left_replica = 0.0, ""

    async def run(self) -> View:
        """Write down how it went, and return what was seen."""
        began, replica, view = time.time(), "", self._view
        while not view.rests and not self._reason:
            if time.time() > began + PATIENCE_SECONDS:
                self._reason = "no rest in sight"
                break
            replica = self._client.anywhere(self._watcher.chance, but=replica)
            events = view.events
            await self._listen(replica)
            self._streams += view.events > events
        if self._task_id:
            await self._write_down(began)
        return view

    async def _listen(self, replica: str) -> None:
        """One stream; the message is sent again only as long as nobody has answered it."""
        events = self._view.events
        try:
            if self._task_id:
                await self._subscribe(replica)
            else:
                await self._send(replica)
        except TimeoutError:
            self._left += self._view.events > events
            self._left_at, self._left_replica = time.time(), replica
        except PASSING:
            await self._watcher.pause()
        except RefusedError as error:
            if CUT_OFF in str(error):
                return
            self._reason = str(error)
            if self._task_id and NOTHING_FOLLOWS in str(error):
                await self._look()
        self._task_id = self._task_id or self._view.task_id

    async def _send(self, replica: str) -> None:
        assert self._request is not None
        message = self._request.message
        await self._client.stream(
            *("SendStreamingMessage", replica, self._request, self._view),
            quiet_seconds=QUIET_SECONDS,
            message_id=message.message_id,
            text=message.parts[0].text,
            task_id=message.task_id,
        )

    async def _subscribe(self, replica: str) -> None:
        request = SubscribeToTaskRequest(id=self._task_id)
        await self._client.stream(
            *("SubscribeToTask", replica, request, self._view),
            quiet_seconds=QUIET_SECONDS,
            task_id=self._task_id,
        )

    async def _look(self) -> None:
        """No stream is left of a task that has ended; then its end can be read."""
        if (sight := await self._watcher.read(self._task_id)) is not None:
            self._view.accept(sight)
            self._reason = "" if self._view.rests else self._reason

    async def _write_down(self, began: float) -> None:
        view, ended = self._view, time.time()
        stored = await self._watcher.read(self._task_id)
        same = stored is not None and stored.state == view.state
        late = view.rests and 0 < view.changed < self._left_at
        watch = Watch(
            caller=self._client.name,
            owner=self._client.owner,
            task_id=self._task_id,
            began=began,
            ended=ended,
            streams=self._streams,
            left=self._left,
            rested=view.state if view.rests else "",
            reason=self._reason,
            seen=view.text if same else "",
            stored=self._part_of(stored) if stored is not None and same else "",
            missed_from=view.changed if late else 0.0,
            missed_until=self._left_at if late else 0.0,
            missed_at=self._left_replica if late else "",
        )
        self._client.history.watches.append(watch)

    def _part_of(self, stored: Sight) -> str:
        """What the streams must have told of a task: all, unless they told of a new turn only."""
        if self._view.whole or self._request is None:
            return stored.text
        mine = self._request.message.message_id
        return "".join(text for message_id, text in stored.answers if message_id == mine)
