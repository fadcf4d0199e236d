"""Streams and long answers pass a real Envoy, however long the agent is silent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from envoy_calls import SEND, STREAM
from envoy_lab import Change
from envoy_replicas import THREE, Lab, ReplicatedAgent, balanced

pytestmark = pytest.mark.lab
pytest_plugins = ["envoy_fixtures"]

# Longer than what Envoy allows an answer when nobody says otherwise, and than the pause between
# two signs of life that the agent gives on a stream over HTTP.
SILENT_SECONDS = 21
PING_SECONDS = 15


def parts(config: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The manager of each listener, and its routes."""
    for listener in config["static_resources"]["listeners"]:
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        yield manager, manager["route_config"]["virtual_hosts"][0]["routes"]


def hasten(config: dict[str, Any]) -> None:
    """Let connections end soon, and streams that say nothing between two pings."""
    for manager, routes in parts(config):
        manager["common_http_protocol_options"]["max_connection_duration"] = "2s"
        manager["drain_timeout"] = "1s"
        for route in routes:
            if "idle_timeout" in route["route"]:
                route["route"]["idle_timeout"] = f"{SILENT_SECONDS - 2}s"


def forget(config: dict[str, Any]) -> None:
    """Leave the timeouts to Envoy."""
    for _, routes in parts(config):
        for route in routes:
            route["route"].pop("timeout")


def converse(lab: Lab) -> dict[str, str]:
    """What each kind of call over each transport is answered, after a long silence."""
    kinds = {
        f"{name} over {transport}": call
        for name, calls in {"answer": SEND, "stream": STREAM}.items()
        for transport, call in calls.items()
    }
    text = f"wait {SILENT_SECONDS}"
    with ThreadPoolExecutor(len(kinds)) as threads:
        running = {kind: threads.submit(call, lab.balancer, text) for kind, call in kinds.items()}
        return {kind: one.result() for kind, one in running.items()}


def incomplete(lab: Lab) -> set[str]:
    """The kinds of calls whose callers never hear which replica has answered."""
    return {
        kind
        for kind, heard in converse(lab).items()
        if not any(address in heard for address in lab.addresses)
    }


@pytest.mark.parametrize(("change", "cut"), [(hasten, 0), (forget, 6)])
def test_silence_is_no_end(
    replicated_agent: ReplicatedAgent,
    tmp_path: Path,
    change: Change,
    cut: int,
) -> None:
    """Nobody is cut off; with the timeouts that Envoy has by itself, everybody would be."""
    with balanced(replicated_agent, tmp_path, addresses=THREE[:1], change=change) as lab:
        kinds = incomplete(lab)

    assert len(kinds) == cut, kinds
