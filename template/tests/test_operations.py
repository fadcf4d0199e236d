"""Every operation of A2A 1.0, through the SDK's client, over each binding."""

from a2a.types import (
    DeleteTaskPushNotificationConfigRequest,
    GetExtendedAgentCardRequest,
    GetTaskPushNotificationConfigRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTasksRequest,
    TaskPushNotificationConfig,
    TaskState,
)

from .callers import Caller, Connect, says, text_of


async def test_send_answers_with_an_artifact(caller: Caller) -> None:
    """What the agent says is an artifact of a completed task (spec 3.7)."""
    task = await caller.send(says("Ada"))

    assert task.status.state == TaskState.TASK_STATE_COMPLETED
    assert text_of(task) == "Nice to meet you, Ada!"


async def test_stream_opens_with_the_task_and_closes_with_its_end(caller: Caller) -> None:
    """A stream is a task, then its growth, then its last state."""
    first, *growth, last = [event async for event in caller.stream(says("Ada"))]

    assert first.task.status.state == TaskState.TASK_STATE_WORKING
    assert {event.WhichOneof("payload") for event in growth} == {"artifact_update"}
    assert last.status_update.status.state == TaskState.TASK_STATE_COMPLETED


async def test_get_returns_the_task_that_send_returned(caller: Caller) -> None:
    """A task can be looked up after it has ended."""
    task = await caller.send(says("Ada"))

    assert await caller.get(task.id) == task


async def test_history_length_limits_what_is_returned(caller: Caller) -> None:
    """Zero means no history at all, wherever a task is returned (spec 3.2.4)."""
    request = says("Ada")
    request.configuration.history_length = 0
    task = await caller.send(request)

    assert not task.history
    assert not (await caller.get(task.id, history_length=0)).history
    assert len((await caller.get(task.id)).history) == 1


async def test_list_filters_by_context_and_state(caller: Caller, context_id: str) -> None:
    """Only what was asked for is listed, and artifacts only on request."""
    asked = await caller.send(says("Hello", context_id=context_id))
    done = await caller.send(says("Ada", context_id=context_id))
    everything = await caller.client.list_tasks(ListTasksRequest(context_id=context_id))
    completed = await caller.client.list_tasks(
        ListTasksRequest(
            context_id=context_id, status=TaskState.TASK_STATE_COMPLETED, include_artifacts=True
        )
    )

    assert [task.id for task in everything.tasks] == [done.id, asked.id]
    assert list(completed.tasks) == [done]
    assert (everything.total_size, completed.total_size) == (2, 1)


async def test_pages_hold_every_task_once(caller: Caller, context_id: str) -> None:
    """A task that appears between two pages neither repeats nor hides another one."""
    sent = [(await caller.send(says("Ada", context_id=context_id))).id for _ in range(5)]
    found, token = [], ""
    while True:
        request = ListTasksRequest(context_id=context_id, page_size=2, page_token=token)
        page = await caller.client.list_tasks(request)
        found += [task.id for task in page.tasks]
        if not (token := page.next_page_token):
            break
        await caller.send(says("Ada", context_id=context_id))

    assert found == sent[::-1]


async def test_push_configurations_are_kept_listed_and_deleted(connect: Connect) -> None:
    """What a caller has set up it can look up and take back."""
    caller = await connect(push_targets="127.0.0.1")
    task = await caller.send(says("Hello"))
    made = await caller.client.create_task_push_notification_config(
        TaskPushNotificationConfig(task_id=task.id, id="hook", url="http://127.0.0.1:9/hook")
    )
    key = {"task_id": task.id, "id": "hook"}
    got = await caller.client.get_task_push_notification_config(
        GetTaskPushNotificationConfigRequest(**key)
    )
    every = ListTaskPushNotificationConfigsRequest(task_id=task.id)
    before = await caller.client.list_task_push_notification_configs(every)
    await caller.client.delete_task_push_notification_config(
        DeleteTaskPushNotificationConfigRequest(**key)
    )
    after = await caller.client.list_task_push_notification_configs(every)

    assert made == got == before.configs[0]
    assert not after.configs


async def test_extended_card_is_the_public_one_and_more(caller: Caller) -> None:
    """Every binding hands out the extended card."""
    extended = await caller.client.get_extended_agent_card(GetExtendedAgentCardRequest())

    assert extended.name == caller.card.name
    assert {skill.id for skill in caller.card.skills} <= {skill.id for skill in extended.skills}


async def test_tenants_do_not_see_each_other(caller: Caller, context_id: str) -> None:
    """A task belongs to its tenant; to others it does not exist (spec 13.1)."""
    request = says("Ada", context_id=context_id)
    request.tenant = "blue"
    task = await caller.send(request)
    found = {
        tenant: await caller.client.list_tasks(
            ListTasksRequest(tenant=tenant, context_id=context_id)
        )
        for tenant in ("blue", "red", "")
    }

    assert (await caller.get(task.id, tenant="blue")).id == task.id
    assert [page.total_size for page in found.values()] == [1, 0, 0]
