"""Is no secret told in the open, and does each pod get those alone that it needs?"""

import json
import re
from collections.abc import Iterator

from objects import Build, Object, Pod, title, unless
from settings import defaults, secret_settings

IN_AN_ADDRESS = re.compile(r"://[^/\s:@\"]*:[^/\s@\"]+@|-----BEGIN [A-Z ]*PRIVATE KEY")
# Where it says so itself, and does not speak of a file: --password=word, API_KEY=word.
NAMED = re.compile(
    r"(password|passwd|secret|token|api[-_]?key)(?!\w*_(file|dir)\b)\w*[=:\s]+[^\s/]{4}",
    re.IGNORECASE,
)


def faults(build: Build) -> Iterator[str]:
    for one in build.objects:
        notes = one["metadata"].get("annotations", {}).items()
        if IN_AN_ADDRESS.search(json.dumps(one)) or any(NAMED.search(f"{k}={v}") for k, v in notes):
            yield f"{title(one)} tells a secret in the open; it belongs into the Secret."
    for config in build.of("ConfigMap"):
        # What has a point in its name is a file.
        settings = [pair for pair in config.get("data", {}).items() if "." not in pair[0]]
        yield from (f"{title(config)}: {fault}" for fault in _variables(build, settings))
        if "binaryData" in config:
            yield f"{title(config)} has binaryData, which nobody can read."
    for pod in build.pods:
        yield from (f"{pod.title}: {fault}" for fault in _pod(build, pod))
        for container in pod.containers:
            yield from (f"{pod.title}: {fault}" for fault in _container(build, container))


def _variables(build: Build, pairs: list[tuple[str, str]]) -> Iterator[str]:
    secret, known = secret_settings(build.agent), defaults(build.agent)
    for name, value in pairs:
        if name in secret or (name not in known and NAMED.search(f"{name}={value}")):
            yield f"{name} is secret; it belongs into the Secret."
        elif not name.startswith(("A2A_", "AGENT_")) and not build.allows("variables", name):
            yield f"nobody expects the variable {name}; {unless('variables')}"


def _container(build: Build, container: Object) -> Iterator[str]:
    variables = container.get("env", [])
    yield from _variables(build, [(one["name"], one.get("value", "")) for one in variables])
    if any(source.keys() != {"configMapRef"} for source in container.get("envFrom", [])):
        yield "envFrom takes ConfigMaps, and nothing else; secrets are files."
    if NAMED.search(" ".join([*container.get("command", []), *container.get("args", [])])):
        yield "its command tells a secret in the open."


def _pod(build: Build, pod: Pod) -> Iterator[str]:
    own = {one.owner["metadata"]["name"] for one in build.agents} if pod in build.agents else set()
    for volume in pod.spec.get("volumes", []):
        secret = volume.get("secret")
        if secret and secret["secretName"] not in own and not secret.get("items"):
            yield f"the volume {volume['name']} takes the whole Secret; list the items that it needs."
        if secret and secret.get("defaultMode", 0o644) & ~0o440:
            yield f"the volume {volume['name']} is readable for all; set defaultMode to 0440."
