"""Hostile input costs an agent a bounded amount, and learns nothing."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from agents import free_ports, make
from conftest import Render
from hostile import (
    DESCRIPTORS,
    GROWTH_BYTES,
    Hostile,
    attacked,
    eventually,
    harmless,
)
from hostile_http import AMBIGUOUS, ENDLESS, GET, ODD, WITHOUT_END, endless, exchange
from hostile_http2 import ATTACKS, attack
from hostile_json import broken, calls, odd_bodies
from hostile_messages import SERVICE, nested, requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

pytestmark = pytest.mark.lab

BOUNDED = settings(
    max_examples=300,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
SCHEMATHESIS_SECONDS = 60
INTERNAL_ERROR = -32603
NEVER = {"UNKNOWN", "INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "DATA_LOSS"}
DEPTHS = (10, 40, 50, 100, 1_000, 20_000)


@pytest.fixture(scope="module")
def agent(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """One that has already answered what it is going to be asked, so that its memory is warm."""
    ports = free_ports("http_port", "grpc_port", "ops_port")
    folder = tmp_path_factory.mktemp("hostile") / "agent"
    shutil.copytree(render("default", **ports), folder)
    make(folder, "setup")
    with attacked(folder, ports) as agent:
        for body in odd_bodies().values():
            agent.http.post("/", content=body)
        for data in ATTACKS.values():
            attack(agent.grpc_port, data())
        yield agent


@pytest.fixture(autouse=True)
def unharmed(agent: Hostile) -> Iterator[None]:
    """After each test the agent answers, has logged no error, and holds no more than before."""
    log, memory, descriptors = agent.log.stat().st_size, agent.memory_bytes, agent.descriptors
    yield
    assert agent.answers() == ["TASK_NOT_FOUND", "TASK_NOT_FOUND", "NOT_FOUND"]
    assert agent.errors(log) == []
    assert eventually(lambda: agent.descriptors <= descriptors + DESCRIPTORS)
    assert agent.memory_bytes < memory + GROWTH_BYTES


def schemathesis(document: str | Path, agent: Hostile, seconds: int) -> tuple[int, str]:
    """Let it try what the document says; return its exit code and what it has found."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        str(document),
        f"--url={agent.url}/v1",
        "--phases=coverage,fuzzing",
        "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--max-examples=20",
        "--seed=1",
        "--generation-database=none",
        "--warnings=off",
        f"--max-time={seconds}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def rpc(agent: Hostile, body: bytes) -> None:
    """Post a body; whatever it is, the answer is one of JSON-RPC, and no fault of the agent."""
    response = agent.http.post("/", content=body)
    harmless(response.text)
    assert response.status_code == 200, response.text
    if not response.headers["content-type"].startswith("text/event-stream"):
        answer = response.json()
        assert answer.get("error", {}).get("code") != INTERNAL_ERROR, answer


def status_of(agent: Hostile, method: str, raw: bytes) -> str:
    """Call a method with these bytes; return the name of the status."""
    with grpc.insecure_channel(f"127.0.0.1:{agent.grpc_port}") as channel:
        call: Any = channel.unary_stream(method)
        answers = call(raw, metadata=(("a2a-version", "1.0"),), timeout=10)
        try:
            for _ in answers:
                pass
        except grpc.RpcError as error:
            harmless(str(error.details()))
            return str(error.code().name)
    return "OK"


def test_the_document_is_valid(agent: Hostile) -> None:
    """As OpenAPI 3.1 defines it."""
    document = agent.http.get("/openapi.json").json()

    validate(document)
    assert document["openapi"].startswith("3.1")


def test_rest_does_as_its_document_says(agent: Hostile) -> None:
    """Statuses, media types and schemas, whatever is sent."""
    code, found = schemathesis(f"{agent.url}/openapi.json", agent, SCHEMATHESIS_SECONDS)

    assert code == 0, found


def test_a_status_that_is_not_described_is_seen(agent: Hostile, tmp_path: Path) -> None:
    """The test above is not blind."""
    document = agent.http.get("/openapi.json").json()
    del document["paths"]["/tasks/{id}"]["get"]["responses"]["404"]
    document["paths"] = {"/tasks/{id}": document["paths"]["/tasks/{id}"]}
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    code, found = schemathesis(file, agent, 10)

    assert code == 1
    assert "404" in found


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

    assert status_of(agent, f"/{SERVICE.full_name}/{name}", raw) not in NEVER


@pytest.mark.parametrize("depth", DEPTHS)
def test_deep_messages(agent: Hostile, depth: int) -> None:
    """They are refused before anything has to write them again."""
    method = f"/{SERVICE.full_name}/SendMessage"

    assert status_of(agent, method, nested(depth)) in {"OK", "INVALID_ARGUMENT"}


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
    assert status_of(agent, method, raw) not in NEVER


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


def test_an_answer_that_tells_too_much_is_seen() -> None:
    """The check of all answers is not blind."""
    for text in ("'NoneType' object is not iterable", 'File "/app/a.py", line 3', "sqlite3.Error"):
        with pytest.raises(AssertionError):
            harmless(text)
