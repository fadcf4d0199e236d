"""Runs kubectl in one namespace, and shows what it does."""

import json
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import programs
from programs import DeploymentError


class Kubectl:
    """kubectl as it is configured on this machine."""

    def __init__(self, namespace: str) -> None:
        self._command = ("kubectl", "--namespace", namespace)

    def run(self, *words: str, good: Collection[int] = (0,)) -> None:
        """Run it for everybody to see; raises DeploymentError unless the exit code is a good one."""
        programs.run(*self._command, *words, good=good)

    def ask(self, *words: str) -> str:
        """Return what it prints; raises DeploymentError."""
        return programs.ask(*self._command, *words)

    def objects(self, manifests: Path) -> Iterator[dict[str, Any]]:
        """Yield what a file describes, without asking the cluster."""
        # Python reads no YAML. To take an annotation away that nobody has makes JSON of the rest.
        words = ("annotate", "--local", "--output=json", f"--filename={manifests}")
        text = self.ask(*words, "nobody.has/it-").strip()
        while text:
            one, end = json.JSONDecoder().raw_decode(text)
            yield one
            text = text[end:].lstrip()

    def service_with(self, port: str, name: str) -> str:
        """Return the Service that leads to a named port of the pods of this name."""
        found: dict[str, Any] = json.loads(self.ask("get", "services", "--output", "json"))
        for service in found["items"]:
            spec = service["spec"]
            ours = spec.get("selector", {}).get("app.kubernetes.io/name") == name
            if ours and port in [each.get("name") for each in spec["ports"]]:
                return str(service["metadata"]["name"])
        raise DeploymentError(f"no Service of {name} has a port {port}")

    @contextmanager
    def forwarded(self, service: str, port: str, listen: str) -> Iterator[str]:
        """Make a Service reachable at an address of this machine; yield that with its port."""
        words = ("port-forward", f"service/{service}", f":{port}", f"--address={listen}")
        with subprocess.Popen(
            [*self._command, *words], stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                said = process.stdout.readline() if process.stdout else ""
                _, found, rest = said.partition("Forwarding from ")
                if not found:
                    raise DeploymentError(f"kubectl {' '.join(words)} forwards nothing")
                yield rest.split(" ")[0]
            finally:
                process.terminate()
