"""The feature table in copier.yml: it names files that exist, and only they come and go."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Render

CONFIGURATION = yaml.safe_load((ROOT / "copier.yml").read_text())
[TABLE, _] = CONFIGURATION["_exclude"]
LINES = [line.strip() for line in TABLE.splitlines() if not line.startswith("{%")]


def names(agent: Path) -> set[str]:
    """Paths of all files and folders of an agent, with the package's own name left out."""
    package = next((agent / "src").iterdir()).name
    paths = {"/" + str(path.relative_to(agent)) for path in agent.rglob("*")}
    return {path.replace(f"/{package}", "/{{ package_name }}") for path in paths}


def is_named(path: str, line: str) -> bool:
    """Say whether a line of the table names a path, or a folder that it is in."""
    return fnmatchcase(path, line) or fnmatchcase(path, f"{line}/*")


@pytest.mark.parametrize("line", LINES + CONFIGURATION["_skip_if_exists"])
def test_lines_name_what_exists(line: str) -> None:
    """A renamed file cannot fall out of the table unseen."""
    folder = ROOT / "template"
    there = {f"/{path.relative_to(folder)}".removesuffix(".jinja") for path in folder.rglob("*")}

    assert any(fnmatchcase(path, line) for path in there)


# What the defaults leave out.
ALL = {"task_store": "postgres"}
# Answers that leave something out, and together all that can be left out.
SPARE: list[dict[str, Any]] = [
    {"transports": "http"},
    {"transports": "grpc"},
    {"observability": []},
    {"observability": ["metrics"]},
    {"observability": ["tracing"]},
    {"deployment": ["compose"]},
    {"deployment": ["kubernetes"]},
    {"deployment": []},
    {"deployment": [], "observability": []},
    {"ci": "none"},
]


@pytest.mark.parametrize("spare", SPARE, ids=repr)
def test_only_the_table_leaves_files_out(render: Render, spare: dict[str, Any]) -> None:
    """Nothing else in the template decides which files exist."""
    missing = names(render("default", **ALL)) - names(render("default", **spare))

    assert missing != set()
    assert [path for path in missing if not any(is_named(path, line) for line in LINES)] == []


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_used(render: Render, line: str) -> None:
    """What a line names is there for some answers, and left out for others."""
    agents = [names(render("default", **answers)) for answers in [ALL, *SPARE]]
    sometimes = set().union(*agents) - agents[0].intersection(*agents)

    assert any(is_named(path, line) for path in sometimes)


@pytest.mark.parametrize("spare", [{}, *SPARE], ids=repr)
def test_no_folder_is_empty(render: Render, spare: dict[str, Any]) -> None:
    """What is left out takes its folder along."""
    folders = [path for path in render("default", **spare).rglob("*") if path.is_dir()]

    assert [folder for folder in folders if not any(folder.iterdir())] == []
