"""What the agent can be told, and what the containers of a build do tell it."""

import re
from pathlib import Path

from objects import Build, Object, Pod

# Where the agent looks for secrets; it is read before the settings are, so that it is none of them.
SECRETS_DIR = "A2A_SECRETS_DIR"


def defaults(agent: Path) -> dict[str, str]:
    """Every setting with its default, as .env.example lists them."""
    return dict(
        re.findall(r"^# (A2A_\w+)=(.*)$", (agent / ".env.example").read_text(), re.MULTILINE)
    )


def secret_settings(agent: Path) -> set[str]:
    """The settings whose values are nobody's to see."""
    [file] = (agent / "src").glob("*/settings.py")
    return {
        f"A2A_{name.upper()}"
        for name in re.findall(r"^    (\w+): SecretStr", file.read_text(), re.MULTILINE)
    }


def told(build: Build, container: Object) -> dict[str, str]:
    """The environment of a container, as far as the build knows it."""
    found: dict[str, str] = {}
    for source in container.get("envFrom", []):
        config = build.named("ConfigMap", source.get("configMapRef", {}).get("name", ""))
        found |= (config or {}).get("data", {})
    for variable in container.get("env", []):
        if "value" in variable:
            found[variable["name"]] = variable["value"]
        elif reference := variable.get("valueFrom", {}).get("configMapKeyRef"):
            config = build.named("ConfigMap", reference["name"]) or {}
            found[variable["name"]] = config.get("data", {}).get(reference["key"], "")
    return found


def effective(build: Build, pod: Pod) -> dict[str, str]:
    """What the agent in a pod works with: what its container is told, else the defaults."""
    containers = pod.spec["containers"]
    agents = [one for one in containers if one["name"] == "agent"]
    return defaults(build.agent) | told(build, [*agents, *containers][0])


def in_production(build: Build) -> bool:
    """Say whether callers rely on it, whatever it is called."""
    told_so = [effective(build, pod)["A2A_ENVIRONMENT"] == "production" for pod in build.agents]
    return build.name.startswith("production") or any(told_so)
