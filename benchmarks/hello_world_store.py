"""The bare hello-world on a store of the SDK: `hello_world_store.py plain sqlite+aiosqlite:///x`.

Everything else has its default, as in hello_world.py, except that SQLite has its write-ahead log.
"""

import os
import sys
import time
from typing import Any, cast

import uvloop
from a2a.helpers import new_task_from_user_message, new_text_part
from a2a.server.agent_execution import RequestContext
from a2a.server.cluster import DatabaseTaskEventStream, VersionedDatabaseTaskStore
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.tasks import DatabaseTaskStore, InMemoryTaskStore, TaskUpdater
from a2a.types import Message, TaskState
from hello_world import HelloWorld, card, http_server
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


class HelloTokens(HelloWorld):
    """The same, or what store_agent.py says to the same message, each piece an event of its own."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        kind, *rest = context.get_user_input().split()
        if kind not in {"tokens", "steps"}:
            await super().execute(context, event_queue)
            return
        task = context.current_task or new_task_from_user_message(cast("Message", context.message))
        await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, task.id, task.context_id)
        await updater.start_work()
        number = int(rest[0])
        for index in range(number):
            if kind == "steps":
                step = updater.new_agent_message([new_text_part(str(time.monotonic()))])
                await updater.update_status(TaskState.TASK_STATE_WORKING, step)
                continue
            parts = [new_text_part("token ")]
            await updater.add_artifact(parts, artifact_id="1", append=index > 0)
        last = [new_text_part("Hello World")]
        await updater.add_artifact(last, artifact_id="1", append=kind == "tokens", last_chunk=True)
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
