"""Files that their own readers refuse: TOML, YAML, JSON and Python."""

import json
import re
import tomllib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml_text
from files import content, names
from finding import Finding

from .conflicts import conflicts

# Programs that read JSON with comments, and templates that are YAML only once they are filled in.
OTHER_LANGUAGES = re.compile(
    r"(^|/)(\.vscode|\.devcontainer)/|(^|/)[jt]sconfig[^/]*\.json$|(^|/)templates/.*\.ya?ml$"
)
Faults = Iterator[tuple[int | None, str]]


def findings(agent: Path) -> Iterator[Finding]:
    """What the readers say; a file with conflicts is named elsewhere."""
    for name in names(agent):
        reader = PARSERS.get(Path(name).suffix) or PARSERS.get(name)
        if reader and not OTHER_LANGUAGES.search(name):
            (language, parse), data = reader, content(agent, name)
            for line, fault in [] if any(conflicts(data)) else parse(data):
                what = f"this is not valid {language}: {fault}."
                yield Finding(path=name, line=line, what=what, todo="Correct it.")
    if yaml_text.MISSING:
        yield Finding(
            path="scripts/doctor",
            what="PyYAML is missing, so no YAML was read.",
            todo="Run `make doctor` where uv can fetch it.",
            notice=True,
        )


def toml_faults(data: bytes) -> Faults:
    """What `tomllib` refuses."""
    try:
        tomllib.loads(data.decode())
    except ValueError as error:  # also of what is no UTF-8
        problem, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        yield int(line[1]) if line else None, problem


def json_faults(data: bytes) -> Faults:
    """What `json` refuses."""
    try:
        json.loads(data or b"null")
    except json.JSONDecodeError as error:
        yield error.lineno, error.msg
    except ValueError as error:
        yield None, str(error)


def python_faults(data: bytes) -> Faults:
    """What this Python cannot compile."""
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(data, "agent", "exec", dont_inherit=True)
    except SyntaxError as error:
        yield error.lineno, error.msg
    except ValueError as error:
        yield None, str(error)


Parser = Callable[[bytes], Faults]
PARSERS: dict[str, tuple[str, Parser]] = {
    ".json": ("JSON", json_faults),
    ".py": ("Python", python_faults),
    ".pyi": ("Python", python_faults),
    ".toml": ("TOML", toml_faults),
    ".yaml": ("YAML", yaml_text.faults),
    ".yml": ("YAML", yaml_text.faults),
    "uv.lock": ("TOML", toml_faults),
}
