"""One call over each transport, from a container of the image that was rolled out.

The container has nothing of this machine but one address, where the agent's ports are: it sees no
files of who deploys, and reaches neither the internet nor what a cloud tells its machines.
"""

import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from kubectl import Kubectl
from programs import DeploymentError, ask, run

SMOKE = Path(__file__).resolve().parent / "smoke"
ENDPOINTS = sorted(file.stem.removeprefix("over_") for file in SMOKE.glob("over_*.py"))
CONTAINER = (
    *("docker", "run", "--rm", "--pull=never", "--read-only", "--cap-drop=ALL"),
    *("--security-opt=no-new-privileges", "--env=SMOKE_HEADER", "--entrypoint=python"),
    f"--volume={SMOKE}:/smoke:ro",
)


class Network(NamedTuple):
    """A network of Docker, and the address of this machine in it."""

    name: str
    address: str


@contextmanager
def network_for(image: str) -> Iterator[Network]:
    """Have all that a call needs of this machine, before anything is rolled out."""
    run("docker", "pull", "--quiet", image)
    name = f"smoke-call-{uuid.uuid4().hex}"
    ask("docker", "network", "create", "--internal", name)  # which leads nowhere else
    try:
        yield Network(name, _address(name))
    finally:
        with suppress(DeploymentError):
            ask("docker", "network", "rm", name)


def _address(network: str) -> str:
    form = "--format={{(index .IPAM.Config 0).Gateway}}"
    address = ask("docker", "network", "inspect", form, network).strip()
    try:
        socket.create_server((address, 0)).close()
    except OSError as error:
        raise DeploymentError(
            f"Docker's containers do not reach this machine at {address!r}, as they do not where "
            "Docker runs without root or in a machine of its own: use --no-call, and call it yourself"
        ) from error
    return address


def call(kubectl: Kubectl, name: str, image: str, network: Network) -> None:
    """Call what the Services lead to; raises DeploymentError."""
    with ExitStack() as stack:
        targets = []
        for endpoint in ENDPOINTS:
            service = kubectl.service_with(endpoint, name)
            forwarded = kubectl.forwarded(service, endpoint, network.address)
            targets.append(f"{endpoint}={stack.enter_context(forwarded)}")
        try:
            run(*CONTAINER, f"--network={network.name}", image, "/smoke", *targets)
        except DeploymentError as error:
            raise DeploymentError("the agent does not answer as it should") from error
