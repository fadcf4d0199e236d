"""Where answers arrive, read back the way that each file's reader would."""

import ast
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

Read = Callable[[Path], Any]


def answer(agent: Path, name: str) -> Any:
    """Return what the agent remembers of an answer."""
    return yaml.safe_load((agent / ".copier-answers.yml").read_text())[name]


def constant(name: str) -> Read:
    """Read a constant of the agent's card."""

    def read(agent: Path) -> Any:
        [card] = agent.glob("src/*/agent/card.py")
        for statement in ast.parse(card.read_text()).body:
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name:
                return ast.literal_eval(statement.value)
        return None

    return read


def project(*path: str) -> Read:
    """Read a value of pyproject.toml."""

    def read(agent: Path) -> Any:
        value: Any = tomllib.loads((agent / "pyproject.toml").read_text())
        for key in path:
            value = value[key]
        return value

    return read


def label(name: str) -> Read:
    """Read a label of the image: words as in a shell, where only `\\$` is a dollar."""

    def read(agent: Path) -> str:
        text = (agent / "Dockerfile").read_text().replace("\\\n", " ")
        [labels] = re.findall(r"^LABEL (.*)$", text, re.MULTILINE)
        assert not re.search(r"(?<!\\)\$", labels), "Docker would put a variable here"
        words = dict(word.split("=", 1) for word in shlex.split(labels))
        return words[f"org.opencontainers.image.{name}"].replace("\\$", "$")

    return read


def markdown(agent: Path, name: str) -> list[str]:
    """Return the lines that Markdown shows of a file, and instead of signs what it makes of them."""
    tokens = MarkdownIt("commonmark").parse((agent / name).read_text())
    return [
        "".join(
            child.content if child.type == "text" else f"({child.type})"
            for child in token.children or []
        )
        for token in tokens
        if token.type == "inline"
    ]


def title(agent: Path) -> str:
    """Read the first heading of the README."""
    return markdown(agent, "README.md")[0]


def opening(agent: Path) -> str:
    """Read the first paragraph of the README."""
    return markdown(agent, "README.md")[1]


def weakness(agent: Path) -> str:
    """Read whom to tell about a weakness."""
    told = [line for line in markdown(agent, "docs/security.md") if line.startswith("Tell ")]
    return told[0].removeprefix("Tell ").split(" in private, never in a public issue")[0]


def licence(agent: Path) -> str:
    """Read who has the copyright."""
    [owner] = re.findall(r"^Copyright \(c\) (.*)$", (agent / "LICENSE").read_text(), re.MULTILINE)
    return str(owner)


TEXT_PLACES: dict[str, dict[str, Read]] = {
    "agent_name": {
        "src/{{ package_name }}/agent/card.py": constant("NAME"),
        "Dockerfile": label("title"),
        "README.md": title,
    },
    "description": {
        "src/{{ package_name }}/agent/card.py": constant("DESCRIPTION"),
        "pyproject.toml": project("project", "description"),
        "Dockerfile": label("description"),
        "README.md": opening,
    },
    "organization": {
        "src/{{ package_name }}/agent/card.py": constant("PROVIDER"),
        "Dockerfile": label("vendor"),
        "LICENSE": licence,
        "docs/security.md": weakness,
    },
}


def in_yaml(name: str, *path: str | int) -> Read:
    """Read a value of a file of YAML."""

    def read(agent: Path) -> Any:
        value: Any = yaml.safe_load((agent / name).read_text())
        for key in path:
            value = value[key]
        return value

    return read


def package(agent: Path) -> str:
    """Read what the folder of the package is called."""
    [folder] = (agent / "src").iterdir()
    return folder.name


def command(agent: Path) -> str:
    """Read what the command of the package is called."""
    [name] = project("project", "scripts")(agent)
    return str(name)


def built(agent: Path) -> str:
    """Read what `make image` would build, as the shell would split it."""
    printed = subprocess.run(
        ["make", "--dry-run", "image"], cwd=agent, capture_output=True, text=True, check=True
    )
    words = shlex.split(printed.stdout.replace("\\\n", " "))
    return words[words.index("--tag") + 1].removesuffix(":local")


def setting(name: str) -> Read:
    """Read the default of a port in the settings."""

    def read(agent: Path) -> int:
        [settings] = agent.glob("src/*/settings.py")
        [port] = re.findall(rf"{name}: Port = Field\(\s*(\d+),", settings.read_text())
        return int(port)

    return read


OVERLAY = "deploy/kubernetes/overlays/production/kustomization.yaml"
NAME_PLACES: dict[str, list[Read]] = {
    "agent_slug": [
        command,
        project("project", "name"),
        in_yaml("deploy/kubernetes/base/deployment.yaml", "metadata", "name"),
        in_yaml(OVERLAY, "images", 0, "name"),
    ],
    "package_name": [package],
    "image": [
        built,
        in_yaml(OVERLAY, "images", 0, "newName"),
        in_yaml(".github/workflows/deploy.yaml", "env", "IMAGE"),
    ],
    "http_port": [
        setting("http_port"),
        in_yaml("compose.yaml", "services", "agent", "environment", "A2A_HTTP_PORT"),
        in_yaml("deploy/kubernetes/base/service.yaml", "spec", "ports", 0, "port"),
    ],
    "grpc_port": [
        setting("grpc_port"),
        in_yaml("compose.yaml", "services", "agent", "environment", "A2A_GRPC_PORT"),
        in_yaml("deploy/kubernetes/base/service.yaml", "spec", "ports", 1, "port"),
    ],
    "ops_port": [
        setting("ops_port"),
        in_yaml("compose.yaml", "services", "agent", "environment", "A2A_OPS_PORT"),
    ],
}
