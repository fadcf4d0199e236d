"""Only files of the agent are looked at, not what others keep beside them."""

import shutil
from pathlib import Path

import pytest

from files import MAX_BYTES, content, names

from .planted import AGENT, git


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """Files of the agent and files of others."""
    shutil.copy(AGENT / ".gitignore", tmp_path)
    for name in (".hidden/a.yaml", "own.py", ".venv/b.py", "src/__pycache__/c.py", "build/d.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a")
    (tmp_path / "link.py").symlink_to("own.py")
    return tmp_path


def test_ignored_files_are_left_out(agent: Path) -> None:
    """With git and without it."""
    found = [names(agent)]
    if shutil.which("git"):
        git(agent, "init", "--quiet")
        found.append(names(agent))

    assert {tuple(one) for one in found} == {(".gitignore", ".hidden/a.yaml", "own.py")}


def test_owner_names_what_is_broken_on_purpose(agent: Path) -> None:
    """A fixture that no parser takes is no fault; a broken pyproject.toml names nothing."""
    project = agent / "pyproject.toml"
    found = []
    for text in ('[tool.doctor]\nignore = ["own*", ".hidden/*"]\n', "[tool.doctor\n"):
        project.write_text(text)
        found.append(set(names(agent)) - {".gitignore", project.name})

    assert found == [set(), {".hidden/a.yaml", "own.py"}]


def test_large_and_binary_files_are_not_read(agent: Path) -> None:
    """They hold nothing that somebody has to decide."""
    (agent / "large.json").write_bytes(b"a" * (MAX_BYTES + 1))
    (agent / "image.json").write_bytes(b"\x89PNG\0")
    read = {name: content(agent, name) for name in ("large.json", "image.json", "gone", "own.py")}

    assert read == {"large.json": b"", "image.json": b"", "gone": b"", "own.py": b"a"}
