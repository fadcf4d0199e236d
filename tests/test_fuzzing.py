"""Hostile input costs an agent a bounded amount, and learns nothing."""

from typing import Any

import pytest
from hostile import Hostile, harmless
from hostile_http import AMBIGUOUS, ENDLESS, GET, ODD, WITHOUT_END, endless, exchange
from hostile_http2 import ATTACKS, ask, attack
from hostile_json import broken, calls, odd_bodies
from hostile_messages import SERVICE, nested, requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest_plugins = ["hostile_agents"]
pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("unharmed")]

BOUNDED = settings(
    max_examples=300,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
CALLS = 600
# Of each call, on average: an allocator is not exact.
KEPT_BYTES = 8_000
INTERNAL_ERROR = -32603
NEVER = {"UNKNOWN", "INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "DATA_LOSS"}
DEPTHS = (10, 40, 50, 100, 1_000, 20_000)


def rpc(agent: Hostile, body: bytes) -> None:
    """Post a body; whatever it is, the answer is one of JSON-RPC, and no fault of the agent."""
    response = agent.http.post("/", content=body)
    harmless(response.text)
    assert response.status_code == 200, response.text
    if not response.headers["content-type"].startswith("text/event-stream"):
        answer = response.json()
        assert answer.get("error", {}).get("code") != INTERNAL_ERROR, answer


@pytest.mark.parametrize("body", odd_bodies().values(), ids=odd_bodies())
def test_odd_bodies(agent: Hostile, body: bytes) -> None:
    """Both bindings refuse or ignore what is odd; REST says so with a status."""
    rpc(agent, body)
    for path in ("/v1/message:send", "/v1/message:stream", "/v1/tasks/a/pushNotificationConfigs"):
        response = agent.http.post(path, content=body)

        harmless(response.text)
        assert 400 <= response.status_code < 500


@BOUNDED
@given(body=st.one_of(calls(), broken()))
def test_any_json(agent: Hostile, body: bytes) -> None:
    """Wrong types, wrong names, and bytes that are hardly JSON."""
    rpc(agent, body)


@BOUNDED
@given(request=requests())
def test_any_message(agent: Hostile, request: tuple[str, bytes]) -> None:
    """Messages of all operations, as generated, changed, cut, and random."""
    name, raw = request

    assert agent.status_of(f"/{SERVICE.full_name}/{name}", raw) not in NEVER


@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_messages(agent: Hostile, depth: int) -> None:
    """They are refused before anything has to write them again."""
    method = f"/{SERVICE.full_name}/SendMessage"

    assert agent.status_of(method, nested(depth)) in {"OK", "INVALID_ARGUMENT"}


@pytest.mark.parametrize("raw", [b"", b"\xff\xff", b"\x0a\x05a"], ids=["empty", "broken", "cut"])
@pytest.mark.parametrize(
    "method",
    [
        "/",
        "/nobody.Knows/This",
        f"/{SERVICE.full_name}/Sing",
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ],
)
def test_services_beside_the_protocol(agent: Hostile, method: str, raw: bytes) -> None:
    """Health, reflection and methods that are not there have the same manners."""
    assert agent.status_of(method, raw) not in NEVER


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_requests(agent: Hostile, data: bytes) -> None:
    """They are refused, and the connection ends: nothing behind them is taken for a request."""
    answer = exchange(agent.http_port, data, GET + b"\r\n")

    harmless(answer.decode(errors="replace"))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert answer.count(b"HTTP/1.1 ") <= 1


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_odd_requests(agent: Hostile, data: bytes) -> None:
    """No fault of the agent, and no way to another host."""
    answer = exchange(agent.http_port, data)

    harmless(answer.decode(errors="replace"))
    assert b"HTTP/1.1 5" not in answer
    assert b"HTTP/1.1 3" not in answer


@pytest.mark.parametrize("pieces", WITHOUT_END.values(), ids=WITHOUT_END)
def test_requests_without_an_end(agent: Hostile, pieces: tuple[bytes, bytes]) -> None:
    """The agent hangs up long before they fill its memory."""
    assert endless(agent.http_port, *pieces) < ENDLESS


@pytest.mark.parametrize("data", ATTACKS.values(), ids=ATTACKS)
def test_malformed_http2(agent: Hostile, data: Any) -> None:
    """Floods and broken frames end their own connection, and no other."""
    harmless(attack(agent.grpc_port, data()).decode(errors="replace"))


def test_the_same_again_costs_nothing_more(agent: Hostile) -> None:
    """What a call leaves behind would add up, however little it is."""
    used = []
    for _ in range(3):  # the first one lets memory settle
        for _ in range(CALLS):
            rpc(agent, b"{}")
            ask(agent.grpc_port)
        used.append(agent.memory_bytes)

    assert used[2] < used[1] + CALLS * KEPT_BYTES


def test_an_answer_that_tells_too_much_is_seen() -> None:
    """The check of all answers is not blind."""
    for text in ("'NoneType' object is not iterable", 'File "/app/a.py", line 3', "sqlite3.Error"):
        with pytest.raises(AssertionError):
            harmless(text)
