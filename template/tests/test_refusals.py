"""What is refused is refused over each binding, and for the same reason."""

import base64
from typing import Any

import pytest
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Part,
    Role,
    SubscribeToTaskRequest,
    TaskPushNotificationConfig,
    a2a_pb2,
)
from google.protobuf.message import Message as ProtobufMessage
from google.protobuf.message_factory import GetMessageClass

from .callers import ACCEPTED, Caller, says

LONG = "x" * 129
FOREIGN = base64.b64encode(b"some token").decode()
OPERATIONS = a2a_pb2.DESCRIPTOR.services_by_name["A2AService"].methods_by_name


@pytest.mark.parametrize("version", [None, "", "0.3", "1.7", "2.0", "1", "one"])
async def test_other_versions_of_the_protocol(caller: Caller, version: str | None) -> None:
    """Major and minor version have to match, and no version means 0.3 (spec 3.6.2)."""
    refusal = await caller.refusal("SendMessage", says("Ada"), version=version)

    assert refusal.reason == "VERSION_NOT_SUPPORTED"


async def test_a_missing_version_is_named_as_what_it_is(caller: Caller) -> None:
    """The sentence is the same over each binding, and says what to send."""
    refusal = await caller.refusal("SendMessage", says("Ada"), version=None)

    assert refusal.message == "No A2A-Version: send 1.0."


async def test_patch_versions_are_no_difference(caller: Caller) -> None:
    """1.0.3 is 1.0 (spec 3.6)."""
    assert await caller.refusal("SendMessage", says("Ada"), version="1.0.3") == ACCEPTED


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_every_operation_checks_the_version(caller: Caller, operation: str) -> None:
    """There is no way around the check."""
    request = GetMessageClass(OPERATIONS[operation].input_type)()
    for name in {"id", "task_id"} & set(request.DESCRIPTOR.fields_by_name):
        setattr(request, name, "any")
    refusal = await caller.refusal(operation, request, version="1.7")

    assert refusal.reason == "VERSION_NOT_SUPPORTED"


@pytest.mark.parametrize(
    "fault",
    [
        {"message_id": ""},
        {"message_id": LONG},
        {"context_id": LONG},
        {"context_id": "two\nlines"},
        {"task_id": LONG},
        {"role": Role.ROLE_AGENT},
        {"role": Role.ROLE_UNSPECIFIED},
        {"role": 7},
        {"parts": []},
        {"parts": [Part()]},
        {"parts": [Part(text="")]},
        {"parts": [Part(raw=b"")]},
        {"parts": [Part(text="Ada")] * 1001},
    ],
    ids=lambda fault: str(fault)[:32],
)
@pytest.mark.parametrize("operation", ["SendMessage", "SendStreamingMessage"])
async def test_ill_formed_messages(caller: Caller, operation: str, fault: dict[str, Any]) -> None:
    """The refusal names the field that the caller has to change."""
    request = says("Ada")
    [field] = fault
    request.message.ClearField(field)
    request.message.MergeFrom(Message(**fault))
    refusal = await caller.refusal(operation, request)

    assert refusal.reason == "INVALID_PARAMS"
    assert field in refusal.message


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("ListTasks", ListTasksRequest(status=99)),  # type: ignore[arg-type]
        ("ListTasks", ListTasksRequest(context_id=LONG)),
        ("ListTasks", ListTasksRequest(page_token=FOREIGN)),
        ("ListTasks", ListTasksRequest(page_token="é" + FOREIGN)),
        ("ListTasks", ListTasksRequest(page_size=101)),
        ("ListTasks", ListTasksRequest(history_length=-1)),
        ("GetTask", GetTaskRequest(id=LONG)),
        ("CancelTask", CancelTaskRequest(id=LONG)),
    ],
)
async def test_ill_formed_queries(
    caller: Caller, operation: str, request_: ProtobufMessage
) -> None:
    """What is not understood is never read as 'no filter'."""
    refusal = await caller.refusal(operation, request_)

    assert refusal.reason == "INVALID_PARAMS"


async def test_media_types_that_the_card_does_not_name(caller: Caller) -> None:
    """Only the input modes of the card are accepted (spec 3.1.1)."""
    request = says("Ada")
    request.message.parts.append(Part(raw=b"...", media_type="image/png"))
    refusal = await caller.refusal("SendMessage", request)

    assert refusal.reason == "CONTENT_TYPE_NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("SendMessage", says("Ada", task_id="unknown")),
        ("SendStreamingMessage", says("Ada", task_id="unknown")),
        ("GetTask", GetTaskRequest(id="unknown")),
        ("CancelTask", CancelTaskRequest(id="unknown")),
        ("SubscribeToTask", SubscribeToTaskRequest(id="unknown")),
        (
            "CreateTaskPushNotificationConfig",
            TaskPushNotificationConfig(task_id="unknown", url="https://192.0.2.1/"),
        ),
    ],
)
async def test_unknown_tasks(caller: Caller, operation: str, request_: ProtobufMessage) -> None:
    """A task of somebody else is as unknown as one that never was."""
    refusal = await caller.refusal(operation, request_)

    assert refusal.reason == "TASK_NOT_FOUND"


async def test_ended_tasks_take_no_more_turns(caller: Caller) -> None:
    """Nothing happens to a task behind its end (spec 3.4.3)."""
    task = await caller.send(says("Ada"))
    again = says("Bob", task_id=task.id)
    refusals = [
        await caller.refusal("SendMessage", again),
        await caller.refusal("SendStreamingMessage", again),
        await caller.refusal("SubscribeToTask", SubscribeToTaskRequest(id=task.id)),
        await caller.refusal("CancelTask", CancelTaskRequest(id=task.id)),
    ]

    assert [refusal.reason for refusal in refusals] == [
        *["UNSUPPORTED_OPERATION"] * 3,
        "TASK_NOT_CANCELABLE",
    ]
    assert await caller.get(task.id) == task


async def test_a_task_stays_in_its_context(caller: Caller) -> None:
    """Task and context of a message have to belong together (spec 3.4.3)."""
    task = await caller.send(says("Hello"))
    refusal = await caller.refusal("SendMessage", says("Ada", task_id=task.id, context_id="other"))

    assert refusal.reason == "INVALID_PARAMS"


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://10.0.0.1/", "http://[::1]/"])
async def test_push_notifications_to_private_addresses(caller: Caller, url: str) -> None:
    """The agent is no way into the network it runs in (spec 13.2)."""
    task = await caller.send(says("Hello"))
    later = TaskPushNotificationConfig(task_id=task.id, url=url)
    at_once = says("Ada")
    at_once.configuration.task_push_notification_config.url = url
    refusals = [
        await caller.refusal("CreateTaskPushNotificationConfig", later),
        await caller.refusal("SendMessage", at_once),
    ]

    assert [refusal.reason for refusal in refusals] == ["INVALID_PARAMS"] * 2
