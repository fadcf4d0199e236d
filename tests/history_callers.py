"""What callers do all day, in an order that follows from the seed."""

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from a2a.types import SubscribeToTaskRequest
from history_answers import PASSING, RefusedError
from history_clients import Client
from history_patience import pause, read
from history_requests import request_of
from history_script import ASK, CHAT, ECHO, REMARK, SILENT, Script
from history_views import View
from history_watchers import Sent, Watcher

TRIES = 6
FEW_TRIES = 1  # of callers that give up, so that nobody knows what became of their message
SHARE_OF_IMPATIENT = 0.1
PAUSE_SECONDS = (0.1, 0.5)
SILENT_SECONDS = 12


@dataclass
class World:
    """What callers know of each other's tasks."""

    tasks: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=200))  # owner, id
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def add(self, owner: str, sent: Sent) -> None:
        """Let others try whether it is theirs."""
        if sent.task_id:
            self.tasks.append((owner, sent.task_id))


class Caller:
    """Acts until it is told to stop."""

    def __init__(self, client: Client, world: World, seed: str) -> None:
        self._client, self._world = client, world
        self._chance = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
        self._watcher = Watcher(client, self._chance)
        self._acts: dict[Callable[[], Awaitable[None]], int] = {
            self._wait_for_answer: 4,
            self._listen_to_answer: 5,
            self._come_back_later: 3,
            self._answer_a_question: 4,
            self._cancel_elsewhere: 4,
            self._repeat_what_was_answered: 3,
            self._ask_for_a_remark: 1,
            self._look_around: 2,
            self._pry: 3,
            self._say_the_same_id: 1,
        }

    async def run(self, over: asyncio.Event) -> None:
        """One act after the other."""
        acts, weights = list(self._acts), list(self._acts.values())
        while not over.is_set():
            [act] = self._chance.choices(acts, weights)
            await act()
            await asyncio.sleep(self._chance.uniform(*PAUSE_SECONDS))

    async def _wait_for_answer(self) -> None:
        await self._send(self._any_script())

    async def _listen_to_answer(self) -> None:
        sent = await self._watcher.converse(request_of(self._new_id(), self._any_script()))
        self._world.add(self._client.owner, sent)

    async def _come_back_later(self) -> None:
        """Leave at once, and listen somewhere else."""
        sent = await self._send(self._any_script(), at_once=True)
        if sent.task_id:
            await self._watcher.follow(sent.task_id)

    async def _answer_a_question(self) -> None:
        """The follow-up names the task only, and goes anywhere."""
        sent = await self._send(Script(ASK, self._chance.randint(1, 4)))
        while sent.state == "INPUT_REQUIRED":
            again = self._chance.random() < 0.3
            script = Script(ASK, 2) if again else Script(ECHO, self._chance.randint(1, 6))
            request = request_of(self._new_id(), script, task_id=sent.task_id)
            if self._chance.random() < 0.5:
                sent = await self._watcher.deliver(request, tries=TRIES)
            else:
                sent = await self._watcher.converse(request)

    async def _cancel_elsewhere(self) -> None:
        """A chatty task would notice at its next word, a silent one has none to say."""
        script = self._chance.choice([Script(CHAT, 40), Script(SILENT, SILENT_SECONDS)])
        sent = await self._send(script, at_once=True)
        if not sent.task_id:
            return
        await asyncio.sleep(self._chance.uniform(0.0, 1.5))
        for _ in range(TRIES):
            try:
                await self._client.cancel(self._client.anywhere(self._chance), sent.task_id)
            except PASSING:
                await pause(self._chance)
            except RefusedError:
                break
            else:
                break
        await read(self._client, self._chance, sent.task_id)

    async def _repeat_what_was_answered(self) -> None:
        """The same message once more, somewhere else, is the same task."""
        message_id, script = self._new_id(), self._any_script()
        for _ in range(2):
            at_once = self._chance.random() < 0.5
            request = request_of(message_id, script, at_once=at_once)
            if self._chance.random() < 0.3:
                await self._watcher.converse(request)
            else:
                await self._watcher.deliver(request, tries=TRIES)

    async def _ask_for_a_remark(self) -> None:
        request = request_of(self._new_id(), Script(REMARK, 1))
        for _ in range(2):
            await self._watcher.deliver(request, tries=TRIES)

    async def _look_around(self) -> None:
        try:
            for sight in (await self._client.list(self._anywhere()))[:1]:
                await self._client.get(self._anywhere(), sight.task_id)
        except (*PASSING, RefusedError):
            pass  # it stands in the history

    async def _pry(self) -> None:
        """All that one can do with a task, done with one of somebody else."""
        others = [task_id for owner, task_id in self._world.tasks if owner != self._client.owner]
        if not others:
            return
        task_id, where = self._chance.choice(others), self._anywhere()
        subscription = SubscribeToTaskRequest(id=task_id)
        follow_up = request_of(self._new_id(), Script(ECHO, 1), task_id=task_id)
        acts: list[Callable[[], Awaitable[object]]] = [
            lambda: self._client.get(where, task_id, foreign=True),
            lambda: self._client.cancel(where, task_id, foreign=True),
            lambda: self._client.stream(
                *("SubscribeToTask", where, subscription, View()),
                quiet_seconds=2.0,
                task_id=task_id,
                foreign=True,
            ),
            lambda: self._client.send(where, follow_up, seconds=6.0, foreign=True),
        ]
        try:
            await self._chance.choice(acts)()
        except (*PASSING, RefusedError):
            pass  # it stands in the history

    async def _say_the_same_id(self) -> None:
        """Somebody else may use the same message id for something else."""
        number = self._chance.randint(1, 20)
        request = request_of(f"common-{number}", Script(ECHO, 2))
        sent = await self._watcher.deliver(request, tries=TRIES)
        self._world.add(self._client.owner, sent)

    async def _send(self, script: Script, *, at_once: bool = False) -> Sent:
        impatient = self._chance.random() < SHARE_OF_IMPATIENT
        request = request_of(self._new_id(), script, at_once=at_once)
        sent = await self._watcher.deliver(request, tries=FEW_TRIES if impatient else TRIES)
        self._world.add(self._client.owner, sent)
        return sent

    def _any_script(self) -> Script:
        kinds = [
            Script(ECHO, self._chance.randint(1, 12)),
            Script(CHAT, self._chance.randint(4, 30)),
        ]
        return self._chance.choice([*kinds, Script(SILENT, self._chance.randint(1, 4))])

    def _new_id(self) -> str:
        return f"{self._client.name}-{next(self._world.numbers)}"

    def _anywhere(self) -> str:
        return self._client.anywhere(self._chance)
