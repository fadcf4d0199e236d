"""docs/ownership.md names every file of an agent, and calls those the owner's that Copier skips."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from conftest import ANSWERS, ROOT, Render, git

PAGE = (ROOT / "docs/ownership.md").read_text()
KINDS = ("Yours", "Shared", "Ours")
# What the template does not write.
LATER = {".env", "compose.override.yaml", "own.mk", "uv.lock"}


def listed(kind: str) -> list[str]:
    """The paths of one kind; a folder ends with a slash."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1 + KINDS.index(kind)]
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    return [path for cell in cells for path in re.findall(r"`([^`]+)`", cell)]


def files(agent: Path) -> Iterator[str]:
    """Every file of an agent, with the package's own name left out."""
    package = next((agent / "src").iterdir()).name
    for path in sorted(agent.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(agent)).replace(f"src/{package}/", "src/<package>/")


def covers(path: str, file: str) -> bool:
    """Say whether a line of the page speaks of a file."""
    return file.startswith(path) if path.endswith("/") else file == path


def unlisted(agent: Path) -> list[str]:
    """The files that the page forgets; the longest path that covers a file speaks of it."""
    paths = [path for kind in KINDS for path in listed(kind)]
    return [file for file in files(agent) if not any(covers(path, file) for path in paths)]


@pytest.mark.parametrize("answers", ANSWERS)
def test_every_file_is_listed(render: Render, answers: str) -> None:
    """Whatever was answered, an owner finds out whose a file is."""

    assert unlisted(render(answers)) == []


def test_unlisted_file_is_seen(render: Render, tmp_path: Path) -> None:
    """The check above is not blind."""
    agent = Path(shutil.copytree(render("minimal"), tmp_path / "agent"))
    (agent / "deploy").mkdir()
    for name in ("tox.ini", "deploy/new.yaml"):
        (agent / name).touch()

    assert unlisted(agent) == ["deploy/new.yaml", "tox.ini"]


def test_every_line_speaks_of_a_file(render: Render) -> None:
    """A renamed file cannot leave its line behind."""
    there = [file for answers in ANSWERS for file in files(render(answers))]
    paths = [path for kind in KINDS for path in listed(kind)]
    idle = [path for path in paths if not any(covers(path, file) for file in there)]

    assert set(idle) == LATER
    assert sorted({path for path in paths if paths.count(path) > 1}) == []


def test_what_is_yours_is_written_once() -> None:
    """Copier skips just what the page calls the owner's."""
    skipped = yaml.safe_load((ROOT / "copier.yml").read_text())["_skip_if_exists"]
    named = {path.strip("/").replace("src/*/", "src/<package>/") for path in skipped}

    assert {path.rstrip("/") for path in listed("Yours")} - LATER == named


def test_command_lists_what_the_owner_has_changed(render: Render, tmp_path: Path) -> None:
    """Since the last update, and nothing else."""
    agent = Path(shutil.copytree(render("minimal"), tmp_path / "agent"))
    git(agent, "init", "--quiet")
    git(agent, "add", "--all")
    git(agent, "commit", "--quiet", "--message", "Start")
    (agent / "Makefile").write_text("all:\n")
    git(agent, "commit", "--quiet", "--all", "--message", "Mine")
    [command] = re.findall(r"```sh\ngit (.+)\n```", PAGE)
    since = git(agent, "log", "-1", "--format=%H", "--", ".copier-answers.yml").strip()
    words = re.sub(r'"\$\(.+\)(\.\..+)"', rf"{since}\1", command).split()

    assert git(agent, *words).split("\n")[1:] == ["Makefile", ""] or git(agent, *words).endswith(
        "\n\nMakefile\n"
    )
