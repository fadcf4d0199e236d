"""Writes postcards."""

import os
from pathlib import Path

from a2a.helpers import new_raw_part, new_task_from_user_message, new_text_part
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.tasks import TaskUpdater
from a2a.types import Message, TaskState
from jinja2 import Template

POSTCARD = Template((Path(__file__).parent / "postcard.txt").read_text())


class PostcardExecutor(AgentExecutor):
    """Asks where people are, and writes home for them."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        updater = await task_updater(context, event_queue)
        place = context.get_user_input().strip()
        if place.lower() in {"", "hello"}:
            await updater.requires_input(says(updater, "Where are you?"))
        elif len(place) > 40:
            await updater.reject(says(updater, "That does not fit on a postcard."))
        else:
            looking = says(updater, "Looking for a pen")
            await updater.update_status(TaskState.TASK_STATE_WORKING, looking)
            text = POSTCARD.render(place=place, sender=os.environ.get("SENDER", "Ada"))
            file = new_raw_part(text.encode(), "text/plain", "postcard.txt")
            await updater.add_artifact([new_text_part(text)], name="postcard")
            await updater.add_artifact([file], name="postcard.txt")
            await updater.complete()

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        await (await task_updater(context, event_queue)).cancel()


async def task_updater(context: RequestContext, event_queue: EventQueue) -> TaskUpdater:
    """The task goes on, or begins."""
    task = context.current_task
    if task is None:
        task = new_task_from_user_message(context.message or Message())
        await event_queue.enqueue_event(task)
    return TaskUpdater(event_queue, task.id, task.context_id)


def says(updater: TaskUpdater, text: str) -> Message:
    return updater.new_agent_message([new_text_part(text)])
