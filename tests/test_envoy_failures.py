"""Behind a real Envoy, a replica that dies or hangs costs callers as little as it can."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from a2a.types import a2a_pb2
from envoy_calls import SEND, http, stub
from envoy_replicas import Lab, ReplicatedAgent, balanced
from monitoring import wait_until

pytestmark = pytest.mark.lab
pytest_plugins = ["envoy_fixtures"]

CARD = "/.well-known/agent-card.json"
METADATA = [("a2a-version", "1.0")]
CALLS = 30
UNSAFE_RETRIES = "connect-failure,refused-stream,reset"

each_transport = pytest.mark.parametrize("transport", SEND)


def test_reads_do_not_fail_when_a_replica_is_killed(lab: Lab) -> None:
    """They go to another one before Envoy knows that it is gone; then it gets no more of them."""
    killed, *others = lab.replicas
    with http(lab.balancer) as client, stub(lab.balancer) as service:
        killed.stop(signal.SIGKILL)
        for _ in range(CALLS):
            assert client.get(CARD).status_code == 200
            assert client.get("/v1/tasks").status_code == 200
            service.ListTasks(a2a_pb2.ListTasksRequest(), metadata=METADATA)

    lab.balancer.knows(*(replica.address for replica in others))
    killed.start()
    lab.balancer.knows(*lab.addresses)

    assert wait_until(
        lambda: SEND["jsonrpc"](lab.balancer, "Ada") == killed.address, "It gets no calls"
    )


@each_transport
def test_calls_that_nobody_has_read_go_to_another_replica(lab: Lab, transport: str) -> None:
    """A connection that is refused says that nothing has happened."""
    killed, *others = lab.replicas
    killed.stop(signal.SIGKILL)
    said = {SEND[transport](lab.balancer, "Ada") for _ in range(CALLS)}

    assert said == {replica.address for replica in others}


@each_transport
def test_calls_that_were_read_are_not_repeated(lab: Lab, transport: str) -> None:
    """Somebody may have acted on them: their callers are told, and decide."""
    text = f"die by {transport}"
    answer = SEND[transport](lab.balancer, text)
    lab.loses_one()

    assert answer in {"failed: 503", "failed: UNAVAILABLE"}
    assert lab.journal.read_text().count(text) == 1


def careless(config: dict[str, Any]) -> None:
    """Repeat whatever fails."""
    for listener in config["static_resources"]["listeners"]:
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        manager["route_config"]["virtual_hosts"][0]["retry_policy"]["retry_on"] = UNSAFE_RETRIES


def test_planted_repetition_is_seen(replicated_agent: ReplicatedAgent, tmp_path: Path) -> None:
    """The check above is not blind: with a careless policy, one call kills every replica."""
    with balanced(replicated_agent, tmp_path, change=careless) as lab:
        SEND["jsonrpc"](lab.balancer, "die")

        assert lab.journal.read_text().count("die") == len(lab.replicas)


def test_replica_that_hangs_is_left_out_until_it_answers(lab: Lab) -> None:
    """It takes connections, and says nothing: health checks notice."""
    first, *others = lab.replicas
    with first.frozen():
        lab.balancer.knows(*(replica.address for replica in others))
        said = {SEND["rest"](lab.balancer, "Ada") for _ in range(CALLS)}
    lab.balancer.knows(*lab.addresses)

    assert said == {replica.address for replica in others}


@contextmanager
def broken_replica(address: str, ports: Mapping[str, int]) -> Iterator[None]:
    """Something that says that it is ready, and fails each call."""

    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/readyz" else 500)
            self.send_header("content-length", "0")
            self.end_headers()

    with ExitStack() as stack:
        for name in ("http_port", "ops_port"):
            server = stack.enter_context(ThreadingHTTPServer((address, ports[name]), Broken))
            thread = threading.Thread(target=server.serve_forever, args=[0.05])
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield


def test_replica_that_fails_its_callers_is_left_out(lab: Lab) -> None:
    """A while of ten errors in a row is all that it gets, whatever it says of itself."""
    address = "127.0.1.9"
    with broken_replica(address, lab.replicas[0].agent.ports), http(lab.balancer) as client:
        lab.balancer.names.addresses = [*lab.addresses, address]
        wait_until(lambda: address in lab.balancer.healthy(), "Envoy does not find it")
        statuses = [client.get(CARD).status_code for _ in range(80)]

    assert Counter(statuses) == {200: 70, 500: 10}
    assert set(statuses[-20:]) == {200}


def test_name_server_says_who_there_is(lab: Lab) -> None:
    """A new replica gets calls without a change of the configuration, and one that left none."""
    left, *others = lab.replicas
    lab.balancer.names.addresses = [replica.address for replica in others]
    left.stop()
    lab.balancer.knows(*(replica.address for replica in others))
    left.start()
    lab.balancer.names.addresses = lab.addresses
    lab.balancer.knows(*lab.addresses)

    assert wait_until(lambda: SEND["grpc"](lab.balancer, "Ada") == left.address, "It gets no calls")
