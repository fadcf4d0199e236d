"""Callers that follow a task: when a stream breaks they go on listening at another replica."""

import random
import time

from a2a.types import SendMessageRequest, SubscribeToTaskRequest
from history_answers import PASSING, RefusedError
from history_clients import Client
from history_patience import PATIENCE_SECONDS, pause, read
from history_records import Sight, Watch
from history_views import View

# A stream that is as quiet as that may be one of a frozen replica: listen at another one.
QUIET_SECONDS = 5.0
# What the agent says when a subscriber is too slow, and when there is nothing to subscribe to.
CUT_OFF, NOTHING_FOLLOWS = "Events were lost", "UNSUPPORTED_OPERATION"


class Watching:
    """The wish to see a task come to rest: one that is there, or that of a message."""

    def __init__(
        self,
        client: Client,
        chance: random.Random,
        *,
        task_id: str = "",
        request: SendMessageRequest | None = None,
    ) -> None:
        self._client, self._chance = client, chance
        self._task_id, self._request = task_id, request
        self._view = View()
        self._streams = 0
        self._reason = ""
        self._cuts: list[tuple[float, str]] = []
        # A stream without events that was left: from when until when it was silent, and where.
        self._silence = (0.0, 0.0, "")

    async def run(self) -> View:
        """Write down how it went, and return what was seen."""
        began, replica, view = time.time(), "", self._view
        while not view.rests and not self._reason:
            if time.time() > began + PATIENCE_SECONDS:
                self._reason = "no rest in sight"
                break
            replica = self._client.anywhere(self._chance, but=replica)
            events = view.events
            await self._listen(replica)
            self._streams += view.events > events
        if self._task_id:
            await self._write_down(began)
        return view

    async def _listen(self, replica: str) -> None:
        """One stream; the message is sent again only as long as nobody has answered it."""
        events, began = self._view.events, time.time()
        try:
            if self._task_id:
                await self._subscribe(replica)
            else:
                await self._send(replica)
        except TimeoutError:
            self._silence = (began, time.time(), replica)
        except PASSING:
            self._cut(replica, events)
            await pause(self._chance)
        except RefusedError as error:
            if CUT_OFF in str(error):
                self._cut(replica, events)
            elif self._task_id and NOTHING_FOLLOWS in str(error):
                await self._look(str(error))
            else:
                self._reason = str(error)
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

    def _cut(self, replica: str, events_before: int) -> None:
        if self._view.events > events_before:
            self._cuts.append((time.time(), replica))

    async def _look(self, refusal: str) -> None:
        """No stream is left of a task that has ended; then its end can be read."""
        if (sight := await read(self._client, self._chance, self._task_id)) is not None:
            self._view.accept(sight)
        self._reason = "" if self._view.rests else refusal

    async def _write_down(self, began: float) -> None:
        view, ended = self._view, time.time()
        stored = await read(self._client, self._chance, self._task_id)
        same = stored is not None and stored.state == view.state
        listened, left, silent_replica = self._silence
        late = view.rests and 0 < view.changed < left
        watch = Watch(
            caller=self._client.name,
            owner=self._client.owner,
            task_id=self._task_id,
            began=began,
            ended=ended,
            streams=self._streams,
            cuts=tuple(self._cuts),
            rested=view.state if view.rests else "",
            reason=self._reason,
            seen=view.text if same else "",
            stored=self._part_of(stored) if stored is not None and same else "",
            missed_from=max(view.changed, listened) if late else 0.0,
            missed_until=left if late else 0.0,
            missed_at=silent_replica if late else "",
        )
        self._client.history.watches.append(watch)

    def _part_of(self, stored: Sight) -> str:
        """What the streams must have told of a task: all, unless they told of a new turn only."""
        if self._view.whole or self._request is None:
            return stored.text
        mine = self._request.message.message_id
        return "".join(text for message_id, text in stored.answers if message_id == mine)
