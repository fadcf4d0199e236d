"""What belongs to one caller does not exist for any other, over each binding and operation."""

from collections.abc import AsyncIterator, Callable

import pytest
from a2a.types import (
    CancelTaskRequest,
    DeleteTaskPushNotificationConfigRequest,
    GetTaskPushNotificationConfigRequest,
    GetTaskRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTasksRequest,
    SubscribeToTaskRequest,
    TaskPushNotificationConfig,
)
from google.protobuf.message import Message as ProtobufMessage

from .callers import ACCEPTED, Caller, Connect, Refusal, says
from .guarded import Guarded, bearer, guarded

TARGET = "http://127.0.0.1:9/"  # nobody is there
FOREIGN = "ada@second issuer", "eve", "ada in another tenant"

Request = Callable[[str], ProtobufMessage]

OPERATIONS: dict[str, tuple[str, Request]] = {
    "follow-up": ("SendMessage", lambda task: says("Ada", task_id=task)),
    "streamed follow-up": ("SendStreamingMessage", lambda task: says("Ada", task_id=task)),
    "get": ("GetTask", lambda task: GetTaskRequest(id=task)),
    "cancel": ("CancelTask", lambda task: CancelTaskRequest(id=task)),
    "subscribe": ("SubscribeToTask", lambda task: SubscribeToTaskRequest(id=task)),
    "set push": (
        "CreateTaskPushNotificationConfig",
        lambda task: TaskPushNotificationConfig(task_id=task, url=TARGET),
    ),
    "get push": (
        "GetTaskPushNotificationConfig",
        lambda task: GetTaskPushNotificationConfigRequest(task_id=task, id="mine"),
    ),
    "list push": (
        "ListTaskPushNotificationConfigs",
        lambda task: ListTaskPushNotificationConfigsRequest(task_id=task),
    ),
    "delete push": (
        "DeleteTaskPushNotificationConfig",
        lambda task: DeleteTaskPushNotificationConfigRequest(task_id=task, id="mine"),
    ),
}


@pytest.fixture(scope="module")
async def known() -> AsyncIterator[Guarded]:
    """One agent for all tests of this module."""
    async with guarded(push_targets="127.0.0.1") as started:
        yield started


@pytest.fixture
async def ada(connect: Connect, known: Guarded) -> Caller:
    """Whose things they are."""
    return await connect(to=known.agent, headers=known.ada())


async def refusal(
    connect: Connect, known: Guarded, who: str, operation: str, request: ProtobufMessage
) -> Refusal:
    """What somebody else is told."""
    headers = {
        "ada@second issuer": bearer(known.second.token("ES256-1")),
        "eve": known.ada(sub="eve"),
        "ada in another tenant": known.ada(),
    }[who]
    if who == "ada in another tenant":
        request.tenant = "blue"  # type: ignore[attr-defined]
    return await (await connect(to=known.agent, headers=headers)).refusal(operation, request)


@pytest.mark.parametrize("what", OPERATIONS)
@pytest.mark.parametrize("who", FOREIGN)
async def test_tasks_of_others_are_unknown(
    connect: Connect, known: Guarded, ada: Caller, who: str, what: str
) -> None:
    """In the very words that are said of tasks that never were."""
    task = await ada.send(says("Hello"))
    config = TaskPushNotificationConfig(task_id=task.id, id="mine", url=TARGET)
    kept = await ada.refusal("CreateTaskPushNotificationConfig", config)
    operation, request = OPERATIONS[what]
    foreign = await refusal(connect, known, who, operation, request(task.id))
    unknown = await refusal(connect, known, who, operation, request("0" * 36))

    assert kept == ACCEPTED
    assert foreign.reason == "TASK_NOT_FOUND"
    assert foreign.message.replace(task.id, "") == unknown.message.replace("0" * 36, "")
    assert (await ada.get(task.id)).status.state == task.status.state


@pytest.mark.parametrize("who", FOREIGN)
async def test_contexts_of_others_are_refused(
    connect: Connect, known: Guarded, ada: Caller, who: str
) -> None:
    """Nobody joins a conversation by its id; that of one's own goes on."""
    task = await ada.send(says("Hello"))
    message = says("Ada", context_id=task.context_id)
    foreign = await refusal(connect, known, who, "SendMessage", message)
    own = await ada.refusal("SendMessage", says("Ada", context_id=task.context_id))

    assert (foreign.reason, own) == ("INVALID_PARAMS", ACCEPTED)


@pytest.mark.parametrize("who", ["ada@second issuer", "eve"])
async def test_lists_hold_own_tasks_only(
    connect: Connect, known: Guarded, ada: Caller, who: str
) -> None:
    """Also when a context is named that belongs to somebody else."""
    task = await ada.send(says("Hello"))
    headers = known.ada(sub="eve") if who == "eve" else bearer(known.second.token("ES256-1"))
    other = await connect(to=known.agent, headers=headers)
    listed = await other.client.list_tasks(ListTasksRequest(context_id=task.context_id))
    own = await ada.client.list_tasks(ListTasksRequest(context_id=task.context_id))

    assert [len(listed.tasks), listed.total_size] == [0, 0]
    assert [one.id for one in own.tasks] == [task.id]


async def test_message_ids_of_others_are_new(connect: Connect, known: Guarded, ada: Caller) -> None:
    """A repeated message gets its first answer again, but only from the same caller."""
    message = says("Ada")
    first = await ada.send(message)
    eve = await connect(to=known.agent, headers=known.ada(sub="eve"))
    second = await eve.send(message)

    assert first.id != second.id
