"""The real command, as strangers run it: no trust is asked for, nothing goes wrong, nothing is lost."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, git

pytestmark = pytest.mark.slow


def copier(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Copier's command line, with nobody there to answer a question."""
    return subprocess.run(
        [sys.executable, "-m", "copier", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_needs_trust() -> None:
    """Copier would refuse these to people who do not pass --trust; migrations are in test_migrations.py."""
    configuration = yaml.safe_load((ROOT / "copier.yml").read_text())
    dangerous = {"_tasks", "_jinja_extensions", "_external_data"}

    assert configuration.keys() & dangerous == set()


def test_copy(released: Path, tmp_path: Path) -> None:
    """A copy of the default answers ends with the next three commands, and without a complaint."""
    result = copier("copy", "--defaults", released, "my agent", cwd=tmp_path)
    told = result.stdout + result.stderr

    assert result.returncode == 0, told
    assert re.findall(r"Warning|Error|Traceback|trust", told) == []
    assert told.endswith(
        "Next:\n\n  cd 'my agent'\n  make setup\n  make run\n\n"
        "Updates need git. Unless the agent is in a repository already:\n\n"
        '  git init && git add --all && git commit -m "Start"\n'
    )
    assert (tmp_path / "my agent" / "Makefile").is_file()


def test_printed_commit_can_be_updated(released: Path, tmp_path: Path) -> None:
    """The last line can be pasted, and leaves nothing that would stop an update."""
    told = copier("copy", "--defaults", released, "agent", cwd=tmp_path).stderr
    agent = tmp_path / "agent"
    subprocess.run(("bash", "-ec", told.splitlines()[-1]), cwd=agent, check=True)
    update = copier("update", "--defaults", "--vcs-ref", "HEAD", cwd=agent)

    assert git(agent, "log", "--format=%s") == "Start\n"
    assert update.returncode == 0, update.stderr


def test_wrong_answer(released: Path, tmp_path: Path) -> None:
    """A wrong answer ends with the sentence that says what to change, and leaves nothing behind."""
    result = copier("copy", "--defaults", "-d", "agent_slug=X", released, "agent", cwd=tmp_path)

    assert result.returncode != 0
    assert "Write agent_slug in lower-case letters" in result.stderr.splitlines()[-1]
    assert not (tmp_path / "agent").exists()


def test_update_leaves_the_owners_files_alone(released: Path, tmp_path: Path) -> None:
    """A later version changes the machinery; what the owner wrote stays as it is."""
    source, agent = tmp_path / "template", tmp_path / "agent"
    shutil.copytree(released, source)
    copier("copy", "--defaults", source, agent, cwd=tmp_path)
    git(agent, "init", "--quiet")
    logic, machinery = (
        agent / "src/hello_agent" / name for name in ("agent/logic.py", "__init__.py")
    )
    logic.write_text("# mine\n")
    git(agent, "add", "--all")
    git(agent, "commit", "--quiet", "--message", "Mine")
    for name in ("agent/logic.py", "__init__.py"):
        (source / "template/src/{{ package_name }}" / name).write_text('"""Of the template."""\n')
    git(source, "commit", "--quiet", "--all", "--message", "Next")
    git(source, "tag", "v2.0.0")

    result = copier("update", "--defaults", cwd=agent)

    assert result.returncode == 0, result.stderr
    assert logic.read_text() == "# mine\n"
    assert machinery.read_text() == '"""Of the template."""\n'
