"""What keeps versions moving: pins that are copied, and bounds that are lifted for a try."""

import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, Render
from copy_pins import PIN, copy_pins, files

OLD, NEW = f"{'0' * 40} # v1.0.0", f"{'1' * 40} # v2.0.0"


def repository(folder: Path, name: str, *uses: str) -> Path:
    """A repository with one file that uses actions."""
    file = folder / ".github" / name
    file.parent.mkdir(parents=True)
    file.write_text("".join(f"      - uses: {use}\n" for use in uses))
    return file


def test_pins_are_copied(tmp_path: Path) -> None:
    """Newer pins reach templates and composite actions, parts of an action too; others stay."""
    repository(tmp_path / "new", "workflows/ci.yaml", f"a/one@{NEW}", f"a/two/part@{NEW}")
    uses = [f"a/one@{OLD}", f"a/two@{OLD}", f"a/three@{OLD}", "$/.github/actions/own"]
    template = repository(tmp_path / "old", "workflows/ci.yaml.jinja", *uses)
    action = repository(tmp_path / "old", "actions/own/action.yaml", f"a/one/other@{OLD}")
    changed = copy_pins(tmp_path / "new", tmp_path / "old")

    assert template.read_text().split("\n")[:2] == [
        f"      - uses: a/one@{NEW}",
        f"      - uses: a/two@{NEW}",
    ]
    assert template.read_text().endswith(f"a/three@{OLD}\n      - uses: $/.github/actions/own\n")
    assert action.read_text() == f"      - uses: a/one/other@{NEW}\n"
    assert len(changed) == 3


def test_own_pins_agree(tmp_path: Path) -> None:
    """The agent's workflows have nothing to take over, and are left as they are."""
    shutil.copytree(ROOT / "template/.github", tmp_path / ".github")
    before = {file: file.read_text() for file in files(tmp_path)}

    assert any(PIN.search(text) for text in before.values())
    assert copy_pins(ROOT, tmp_path) == []
    assert {file: file.read_text() for file in files(tmp_path)} == before


def lift(file: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as the workflow does."""
    script = [sys.executable, "scripts/lift_bounds.py", str(file)]
    return subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)


def test_bounds_are_lifted(render: Render, tmp_path: Path) -> None:
    """No dependency of an agent has an upper bound afterwards, and each keeps its lower one."""
    file = Path(shutil.copy(render() / "pyproject.toml", tmp_path))
    before = file.read_text()
    result = lift(file)

    assert result.returncode == 0
    assert "a2a-sdk[grpc,http-server]>=1.3 without <1.4\n" in result.stdout
    assert "<" not in file.read_text()
    assert file.read_text().count(">=") == before.count(">=")


def test_nothing_to_lift(tmp_path: Path) -> None:
    """A run that tries nothing new is not green."""
    file = tmp_path / "pyproject.toml"
    file.write_text('dependencies = ["httpx>=0.28"]\n')

    assert lift(file).returncode == 1
