"""Bodies that are not what they should be."""

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

OPERATIONS = [
    "SendMessage",
    "SendStreamingMessage",
    "GetTask",
    "ListTasks",
    "CancelTask",
    "SubscribeToTask",
    "CreateTaskPushNotificationConfig",
    "GetTaskPushNotificationConfig",
    "ListTaskPushNotificationConfigs",
    "DeleteTaskPushNotificationConfig",
    "GetExtendedAgentCard",
]
# Names that mean something somewhere, so that values get past the first check.
NAMES = st.sampled_from(
    [
        "id", "taskId", "contextId", "tenant", "message", "messageId", "role", "parts", "text",
        "raw", "url", "data", "metadata", "configuration", "historyLength", "pageSize",
        "pageToken", "status", "statusTimestampAfter", "extensions", "jsonrpc", "params",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "\0", "\ud800", "ROLE_USER", "x" * 5000, "9" * 400, "' OR 1=1 --"]),
)
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([2**63, -(2**31), 1e308, -0.0]))
VALUES: SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.one_of(NAMES, TEXTS), inner, max_size=6)
    ),
    max_leaves=20,
)
VALID = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "SendMessage",
    "params": {
        "message": {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "Ada"}]},
        "metadata": {"a": 1},
    },
}
DEPTHS = (10, 90, 100, 500, 1_000, 5_000, 100_000)


@st.composite
def calls(draw: DrawFn) -> bytes:
    """A call with parameters of any kind, or a good one in which a few things are exchanged."""
    call: dict[str, Any] = json.loads(json.dumps(VALID))
    call["method"] = draw(st.sampled_from(OPERATIONS))
    if draw(st.booleans()):
        call["params"] = draw(st.dictionaries(NAMES, VALUES, max_size=6))
    for _ in range(draw(st.integers(0, 3))):
        place: Any = call
        while place and isinstance(place, dict | list) and draw(st.booleans()):
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or draw(st.booleans()):
                place[key] = draw(VALUES)
                break
            place = place[key]
    return json.dumps(call).encode()


@st.composite
def broken(draw: DrawFn) -> bytes:
    """Bytes of a call with a few that are others, or missing."""
    body = bytearray(draw(calls()))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(body)))
        body[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(body)


def odd_bodies() -> dict[str, bytes]:
    """One of each kind of what parsers stumble over."""
    good = json.dumps(VALID)
    number = b'{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{"pageSize":%b}}'
    call_id = b'{"jsonrpc":"2.0","id":%b,"method":"ListTasks","params":{}}'
    data = b'{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"metadata":{"a":%b}}}'
    found = {
        "UTF-16": good.encode("utf-16"),
        "UTF-16 without a mark": good.encode("utf-16-le"),
        "UTF-32": good.encode("utf-32"),
        "byte order mark": b"\xef\xbb\xbf" + good.encode(),
        "not UTF-8": good.encode().replace(b"Ada", b"\xff"),
        "half a character": good.encode().replace(b"Ada", b"\xed\xa0\x80"),
        "nulls": b"\0" * 1000,
        "nothing": b"",
        "NaN": number % b"NaN",
        "Infinity": number % b"-Infinity",
        "huge number": number % (b"9" * 4000),
        "number too long to read": number % (b"9" * 5000),
        "huge id": call_id % (b'"' + b"x" * 1_000_000 + b'"'),
        "duplicate keys": b'{"jsonrpc":"2.0","id":1,"id":2,"method":"GetTask","method":"x"}',
        "batch": f"[{good},{good}]".encode(),
        "large batch": b"[" + b",".join([b"{}"] * 100_000) + b"]",
        "many keys": json.dumps({f"k{number}": 1 for number in range(50_000)}).encode(),
        "list as a state": (number % b"1").replace(b"pageSize", b"status").replace(b":1}", b":[]}"),
    }
    for depth in DEPTHS:
        found[f"{depth} lists"] = b"[" * depth + b"]" * depth
        found[f"{depth} objects"] = b'{"a":' * depth + b"1" + b"}" * depth
        found[f"{depth} lists in metadata"] = data % (b"[" * depth + b"]" * depth)
    return found
