"""One call over each transport, from a container of the image that was rolled out.

The container sees nothing of this machine but its network, so nothing of who deploys.
"""

import subprocess
from contextlib import ExitStack
from pathlib import Path

from kubectl import Kubectl

SMOKE = Path(__file__).resolve().parent / "smoke"
ENDPOINTS = sorted(file.stem.removeprefix("over_") for file in SMOKE.glob("over_*.py"))


class SmokeCallError(Exception):
    """The agent is there, and does not answer as it should."""


def call(kubectl: Kubectl, name: str, *, image: str) -> None:
    """Call what the Services lead to; raises SmokeCallError or KubectlError."""
    with ExitStack() as stack:
        addresses = [
            stack.enter_context(kubectl.forwarded(kubectl.service_with(endpoint, name), endpoint))
            for endpoint in ENDPOINTS
        ]
        targets = [f"{endpoint}={at}" for endpoint, at in zip(ENDPOINTS, addresses, strict=True)]
        container = ["docker", "run", "--rm", "--network=host", "--read-only", "--cap-drop=ALL"]
        container += ["--env=SMOKE_HEADER", f"--volume={SMOKE}:/smoke:ro", "--entrypoint=python"]
        done = subprocess.run([*container, image, "/smoke", *targets], check=False)
    if done.returncode:
        raise SmokeCallError("The agent that was rolled out does not answer as it should.")
