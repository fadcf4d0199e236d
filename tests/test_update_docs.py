"""An agent's docs/update.md, done as it says: an update with a conflict, an answer, and a way back."""

import re
from pathlib import Path

import pytest
from agents import run
from conftest import Render, git, read_answers
from copier import Settings, run_copy
from test_docs import blocks
from test_doctor import replace, start

pytestmark = pytest.mark.living


@pytest.fixture
def agent(released: Path, tmp_path: Path) -> Path:
    """An agent whose owner has written into README.md what its template then changes, too."""
    house, agent = tmp_path / "house", tmp_path / "agent"
    git(tmp_path, "clone", "--quiet", str(released), str(house))
    run_copy(
        str(house), agent, read_answers("minimal"), defaults=True, quiet=True, settings=Settings()
    )
    replace(agent, "README.md", "## Run it", "## How we run it")
    replace(agent, "pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0"')
    assert run(agent, "make", "setup").returncode == 0
    start(agent)
    replace(house, "template/README.md.jinja", "## Run it", "## Start it")
    git(house, "commit", "--quiet", "--all", "--message", "Change")
    git(house, "tag", "v2.0.0")
    return agent


def test_every_step_does_what_the_page_says(agent: Path) -> None:
    """From the update to the proof; tests and checks are run elsewhere."""
    page = (agent / "docs/update.md").read_text()
    update, decide, gone, finish, answer, back, verify = (
        run(agent, "bash", "-c", re.sub("make (check|test)\n", "", step)).stdout if step else ""
        for step in blocks(page, "sh")
    )

    assert "README.md:" in update
    assert "from here on, this file says two things." in update
    assert (decide, gone) == ("", "")
    assert "error" not in finish
    assert "Nothing to mend" in answer
    assert "README.md" not in back
    assert "Nothing to mend" in verify
    assert "## How we run it" in (agent / "README.md").read_text()
    assert "_commit: v2.0.0" in (agent / ".copier-answers.yml").read_text()
    assert "organization: Example Org\n" in (agent / ".copier-answers.yml").read_text()


def test_shown_conflict_is_what_copier_writes(agent: Path) -> None:
    """And with `--conflict rej`, what it could not place stands beside the file."""
    page = (agent / "docs/update.md").read_text()
    shown = re.sub(
        "^    ", "", re.findall(r"(?:^    .*\n)+", page, re.MULTILINE)[0], flags=re.MULTILINE
    )
    run(agent, "uvx", "copier", "update", "--defaults")
    inline = (agent / "README.md").read_text()
    git(agent, "reset", "--quiet", "--hard")
    run(agent, "uvx", "copier", "update", "--defaults", "--conflict", "rej")

    assert shown in inline
    assert "+## How we run it" in (agent / "README.md.rej").read_text()
    assert "README.md.rej: these changes did not fit" in run(agent, "make", "doctor").stdout


@pytest.mark.parametrize("answers", ["default", "minimal"])
def test_page_is_no_conflict(render: Render, answers: str) -> None:
    """What it quotes is indented, so that the doctor takes it for text."""
    page = (render(answers) / "docs/update.md").read_text()

    assert "<<<<<<< before updating" in page
    assert re.search("^<{7}", page, re.MULTILINE) is None
