"""The bare hello-world on a store of the SDK: `hello_world_store.py plain sqlite+aiosqlite:///x`.

Everything else has its default, as in hello_world.py, except that SQLite has its write-ahead log.
"""

import os
import sys
from typing import Any, cast

import uvloop
from a2a.helpers import new_task_from_user_message, new_text_part
from a2a.server.agent_execution import RequestContext
from a2a.server.cluster import DatabaseTaskEventStream, VersionedDatabaseTaskStore
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.tasks import DatabaseTaskStore, InMemoryTaskStore, TaskUpdater
from a2a.types import Message
from hello_world import HelloWorld, card, http_server
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


class HelloTokens(HelloWorld):
    """The same, or as many pieces as the message asks for, each an event of its own."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        words = context.get_user_input().split()
        if words[0] != "tokens":
            await super().execute(context, event_queue)
            return
        task = context.current_task or new_task_from_user_message(cast("Message", context.message))
        await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, task.id, task.context_id)
        await updater.start_work()
        number = int(words[1])
        for index in range(number):
            parts, last = [new_text_part("token ")], index == number - 1
            await updater.add_artifact(parts, artifact_id="1", append=index > 0, last_chunk=last)
        await updater.complete()


async def keeping(kind: str, url: str) -> dict[str, Any]:
    """Return what makes a handler keep its tasks there."""
    if kind == "memory":
        return {"task_store": InMemoryTaskStore()}
    engine: AsyncEngine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            await connection.execute(text("PRAGMA journal_mode = WAL"))
    store = VersionedDatabaseTaskStore(engine) if kind == "versioned" else DatabaseTaskStore(engine)
    await store.initialize()
    events = {"event_stream": DatabaseTaskEventStream(engine)} if kind == "versioned" else {}
    return {"task_store": store, **events}


async def main(kind: str, url: str) -> None:
    agent_card = card(os.environ["A2A_HTTP_PORT"], "1")
    handler = DefaultRequestHandler(
        HelloTokens(), agent_card=agent_card, **await keeping(kind, url)
    )
    await http_server(handler, agent_card, os.environ["A2A_HTTP_PORT"]).serve()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))  # as uvicorn would choose
