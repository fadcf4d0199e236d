"""Runs kubectl in one namespace, and shows what it does."""

import json
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any


class KubectlError(Exception):
    """What kubectl could not do."""


class Kubectl:
    """kubectl as it is configured on this machine."""

    def __init__(self, namespace: str) -> None:
        self._command = ("kubectl", "--namespace", namespace)

    def run(self, *words: str, good: Collection[int] = (0,)) -> None:
        """Run it for everybody to see; raises KubectlError unless the exit code is a good one."""
        print("$ kubectl", *words, flush=True)
        code = subprocess.run([*self._command, *words], check=False).returncode
        if code not in good:
            raise KubectlError(f"kubectl {' '.join(words)} ended with {code}")

    def ask(self, *words: str) -> str:
        """Return what it prints; raises KubectlError."""
        command = [*self._command, *words]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(words)} ended with {done.returncode}")
        return done.stdout

    def service_with(self, port: str, name: str) -> str:
        """Return the Service that leads to a named port of the pods of this name."""
        found: dict[str, Any] = json.loads(self.ask("get", "services", "--output", "json"))
        for service in found["items"]:
            spec = service["spec"]
            ours = spec.get("selector", {}).get("app.kubernetes.io/name") == name
            if ours and port in [each.get("name") for each in spec["ports"]]:
                return str(service["metadata"]["name"])
        raise KubectlError(f"No Service of {name} has a port {port}")

    @contextmanager
    def forwarded(self, service: str, port: str) -> Iterator[str]:
        """Make a Service reachable from here, and yield its address."""
        words = ("port-forward", f"service/{service}", f":{port}", "--address=127.0.0.1")
        with subprocess.Popen(
            [*self._command, *words], stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                said = process.stdout.readline() if process.stdout else ""
                _, found, rest = said.partition("Forwarding from ")
                if not found:
                    raise KubectlError(f"kubectl {' '.join(words)} forwards nothing")
                yield rest.split(" ")[0]
            finally:
                process.terminate()
