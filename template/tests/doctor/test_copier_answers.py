"""Whatever keeps `copier update` from working is named before somebody tries."""

import shutil
import tempfile
from pathlib import Path

import pytest

from checks.copier_answers import FILE, findings

from .planted import commit

SOUND = "_commit: v1.0.0\n_src_path: gh:org/a2a-template\npackage_name: own\n"


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """An agent with sound answers."""
    (tmp_path / "src/own").mkdir(parents=True)
    (tmp_path / FILE).write_text(SOUND)
    return tmp_path


def faults(agent: Path) -> list[str]:
    """What is found, but for the notice that there is no git."""
    return [str(one) for one in findings(agent) if one.path == FILE]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("_commit: v1.0.0\n", "", "_commit is missing"),
        ("gh:org/a2a-template", "", "_src_path is missing"),
        ("gh:org/a2a-template", "../template", "_src_path is ../template, which leads elsewhere"),
        ("gh:org/a2a-template", f"{tempfile.gettempdir()}/x", "_src_path leads to a temporary"),
        ("package_name: own", "package_name: other", "there is no src/other"),
    ],
)
def test_answer_that_breaks_updates_is_named(agent: Path, old: str, new: str, fault: str) -> None:
    """Each with what to write instead."""
    (agent / FILE).write_text(SOUND.replace(old, new))
    [found] = faults(agent)

    assert fault in found


@pytest.mark.parametrize(
    "source",
    [
        "https://git.example.com/org/template.git",
        "git@git.example.com:org/template.git",
        "git+file:///srv/template",
        "~/template",
        "/srv/template",
    ],
)
def test_whole_addresses_are_sound(agent: Path, source: str) -> None:
    """In every way that Copier knows."""
    (agent / FILE).write_text(SOUND.replace("gh:org/a2a-template", source))

    assert faults(agent) == []


def test_missing_answers_are_named(agent: Path) -> None:
    """Without them Copier does not know that this is an agent of its own."""
    (agent / FILE).unlink()
    [found] = faults(agent)

    assert "are missing" in found


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_folder_without_commits_is_told(agent: Path) -> None:
    """Nothing is wrong with it, but an update would refuse it."""
    before = [one.notice for one in findings(agent)]
    commit(agent)

    assert before == [True]
    assert list(findings(agent)) == []
