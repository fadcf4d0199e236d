"""A real Envoy spreads calls over replicas, and tells them who calls."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from a2a.types import a2a_pb2
from envoy_calls import SEND, VERSION, http, message, request, stub
from envoy_replicas import THREE, Lab, ReplicatedAgent, balanced
from monitoring import wait_until

pytestmark = pytest.mark.lab
pytest_plugins = ["envoy_fixtures"]

CARD = "/.well-known/agent-card.json"
METADATA = [("a2a-version", "1.0")]
CALLS = 12
FEW = 5


@pytest.mark.parametrize("transport", SEND)
def test_calls_are_answered(lab: Lab, transport: str) -> None:
    """Whoever reads the card at the balancer is answered there, over each transport."""
    with http(lab.balancer) as client:
        interfaces = client.get(CARD).json()["supportedInterfaces"]
    urls = " ".join(interface["url"] for interface in interfaces)

    assert SEND[transport](lab.balancer, "Ada") in lab.addresses
    assert f":{lab.balancer.ports['http']}/" in urls
    assert lab.balancer.grpc in urls


def test_calls_of_one_connection_go_to_each_replica(lab: Lab) -> None:
    """A caller over gRPC keeps its connection; its calls go round all the same."""
    with stub(lab.balancer) as service:
        answers = [service.SendMessage(request("Ada"), metadata=METADATA) for _ in range(CALLS)]
    said = Counter(answer.task.artifacts[0].parts[0].text for answer in answers)

    assert sorted(said) == lab.addresses
    assert min(said.values()) >= CALLS // len(said) - 1  # each of two workers goes round


def test_requests_of_one_connection_go_to_each_replica(lab: Lab) -> None:
    """The same for HTTP."""
    with http(lab.balancer) as client:
        for _ in range(CALLS):
            client.post("/v1/message:send", json={"message": message("Bob")})
    said = Counter(
        line.split()[0] for line in lab.journal.read_text().splitlines() if "Bob" in line
    )

    assert sorted(said) == lab.addresses


def logged(word: str, log: Callable[[], str]) -> Any:
    """The one line with this word; it may be written after the call's answer."""

    def lines() -> list[Any]:
        return [json.loads(line) for line in log().splitlines() if word in line]

    [line] = wait_until(lines, f"No line of the log has {word}")
    return line


def test_replicas_know_who_calls(lab: Lab) -> None:
    """The address is that of the caller's connection, whatever it says itself."""
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Request-Id": "what-i-call-it"}
    transport = httpx.HTTPTransport(local_address="127.0.0.77")
    with http(lab.balancer, transport=transport) as client:
        answer = client.post("/v1/message:send", json={"message": message("Eve")}, headers=forged)
    line = logged("what-i-call-it", lambda: "".join(replica.log for replica in lab.replicas))

    assert line["client.address"] == "127.0.0.77"
    assert answer.headers["x-request-id"] == "what-i-call-it"


def test_access_log_has_the_fields_of_the_agents(lab: Lab) -> None:
    """One line of JSON for each call, by which it is found in a replica's log."""
    call = {"X-Request-Id": "find-me"}
    with http(lab.balancer) as client:
        client.get(f"{CARD}?secret=1", headers=call)
    line = logged("find-me", lab.balancer.log.read_text)

    assert line["url.path"] == CARD
    assert line["http.response.status_code"] == 200
    assert line["event.duration"] > 0
    assert line["envoy.replica"].partition(":")[0] in lab.addresses


def test_callers_cannot_turn_retries_on(lab: Lab) -> None:
    """What headers of Envoy's own ask for is not done."""
    wish = {"x-envoy-retry-on": "5xx,reset", "x-envoy-max-retries": "2"}
    answer = SEND["jsonrpc"](lab.balancer, "die of a wish", headers=wish)
    lab.loses_one()

    assert answer.startswith("failed")
    assert lab.journal.read_text().count("die of a wish") == 1


def scarce(config: dict[str, Any]) -> None:
    """Leave a few calls for the time of a test."""
    for listener in config["static_resources"]["listeners"]:
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        bucket = manager["http_filters"][0]["typed_config"]["token_bucket"]
        bucket |= {"max_tokens": FEW, "tokens_per_fill": FEW, "fill_interval": "600s"}


def test_too_many_calls_are_refused(replicated_agent: ReplicatedAgent, tmp_path: Path) -> None:
    """Each side says so in its own words, and that it may be tried again."""
    with balanced(replicated_agent, tmp_path, addresses=THREE[:1], change=scarce) as lab:
        with http(lab.balancer) as client:
            answers = [client.get(CARD, headers=VERSION) for _ in range(FEW + 1)]
        codes = []
        with stub(lab.balancer) as service:
            for _ in range(FEW + 1):
                try:
                    service.ListTasks(a2a_pb2.ListTasksRequest(), metadata=METADATA)
                    codes.append("OK")
                except grpc.RpcError as error:
                    codes.append(error.code().name)

    assert [answer.status_code for answer in answers] == [200] * FEW + [429]
    assert answers[-1].headers["retry-after"] == "1"
    assert codes == ["OK"] * FEW + ["RESOURCE_EXHAUSTED"]
