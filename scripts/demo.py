"""Start an agent on free ports and talk with it over JSON-RPC, REST and gRPC.

Runs in the environment and in the folder of a rendered agent: `make demo` does that.
"""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from itertools import islice

import grpc
import httpx
from a2a.client import Client, ClientConfig, ClientFactory
from a2a.types import Message, Part, Role, SendMessageRequest, TaskState

TRANSPORTS = {"JSON-RPC": "JSONRPC", "REST": "HTTP+JSON", "gRPC": "GRPC"}
START_SECONDS = 120.0  # the first start compiles what the agent imports
# None of those that the system gives to connections.
PORTS = range(20_000, 32_000)


def free_ports(count: int) -> list[str]:
    """Different ports that nobody listens on."""
    free = filter(is_free, random.sample(PORTS, len(PORTS)))
    return [str(port) for port in islice(free, count)]


def is_free(port: int) -> bool:
    """Whether the agent can listen there."""
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def wait_until_ready(url: str, agent: subprocess.Popen[bytes]) -> None:
    """Return as soon as the agent says that it is ready; end the program if it never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and agent.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    sys.exit("The agent does not become ready: what it says stands above.")


async def say(client: Client, text: str, task_id: str = "") -> str:
    """Send one message, print what comes back as it comes, and return the task's id."""
    print(f"  you    {text}")
    print("  agent ", end=" ", flush=True)
    parts = [Part(text=text)]
    message = Message(
        message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=parts, task_id=task_id
    )
    async for event in client.send_message(SendMessageRequest(message=message)):
        if event.HasField("task"):
            task_id = event.task.id
        elif event.HasField("artifact_update"):
            print("".join(part.text for part in event.artifact_update.artifact.parts), end="")
        elif event.HasField("status_update"):
            status = event.status_update.status
            print("".join(part.text for part in status.message.parts), end="")
            if status.state in {
                TaskState.TASK_STATE_COMPLETED,
                TaskState.TASK_STATE_INPUT_REQUIRED,
            }:
                print(f"   [{TaskState.Name(status.state).removeprefix('TASK_STATE_').lower()}]")
    return task_id


async def converse(url: str) -> None:
    """Hold the same conversation over each transport that the agent's card offers."""
    for name, binding in TRANSPORTS.items():
        config = ClientConfig(
            grpc_channel_factory=grpc.aio.insecure_channel, supported_protocol_bindings=[binding]
        )
        async with await ClientFactory(config).create_from_url(url) as client:
            print(f"\n{name}")
            task_id = await say(client, "hello")
            await say(client, "Ada", task_id)


def main() -> int:
    """Run the whole demonstration; return the agent's own exit code."""
    http_port, grpc_port, ops_port = free_ports(3)
    ports = {"A2A_HTTP_PORT": http_port, "A2A_GRPC_PORT": grpc_port, "A2A_OPS_PORT": ops_port}
    command = [sys.executable, "-m", "hello_agent"]
    agent = subprocess.Popen(command, env=os.environ | ports | {"A2A_LOG_LEVEL": "warning"})
    try:
        wait_until_ready(f"http://127.0.0.1:{ops_port}/readyz", agent)
        asyncio.run(converse(f"http://127.0.0.1:{http_port}"))
    finally:
        agent.send_signal(signal.SIGTERM)
        code = agent.wait()
    print(f"\nThe agent stopped with exit code {code}.")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
