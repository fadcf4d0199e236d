"""Settings by names that the agent does not have: misspelt ones, and ones that an update removed."""

import ast
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from files import content
from finding import Finding

LINES = {
    ".env": re.compile(r"\s*(?:export\s+)?(\w+)\s*="),
    ".env.example": re.compile(r"#?\s*(\w+)="),
}


def findings(agent: Path) -> Iterator[Finding]:
    """Names that begin as the agent's own do; what they are set to is never shown."""
    for settings in agent.glob("src/*/settings.py"):
        prefix, known = declared(settings)
        for file, shape in LINES.items():
            for line, name in assigned(agent, file, shape):
                if prefix and name.startswith(prefix) and name not in known:
                    yield Finding(
                        path=file,
                        line=line,
                        what=f"the agent has no setting {name}.",
                        todo=advice(name, known),
                    )


def declared(settings: Path) -> tuple[str, set[str]]:
    """What the names of all settings begin with, and these names; the file is only read."""
    try:
        body = ast.parse(settings.read_bytes()).body
    except (SyntaxError, ValueError):  # named elsewhere
        return "", set()
    prefix = ""
    fields: list[str] = []
    for part in body:
        match part:
            case ast.Assign(targets=[ast.Name("PREFIX")], value=ast.Constant(str(value))):
                prefix = value
            case ast.ClassDef("Settings"):
                fields = [
                    line.target.id
                    for line in part.body
                    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
                ]
    return prefix, {f"{prefix}{field.upper()}" for field in fields}


def assigned(agent: Path, file: str, shape: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Lines that give a value to a name, which counts in any case."""
    text = content(agent, file).decode(errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if found := shape.match(line):
            yield number, found[1].upper()


def advice(name: str, known: set[str]) -> str:
    """What to do about a name that nobody reads."""
    meant = get_close_matches(name, known, n=1, cutoff=0.8)
    rename = f"Rename it to {meant[0]}" if meant else "Look in .env.example for what took its place"
    return f"{rename}, or remove the line."
