"""A conflict that nobody has decided is named once, by the line at which it begins."""

import shutil
from pathlib import Path

import pytest

from checks.conflicts import findings

from .planted import commit, git

BEGIN, BASE, MIDDLE, END = (mark * 7 for mark in "<|=>")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["ours", f"{BEGIN} before updating", "a", MIDDLE, "b", f"{END} after updating"], [2]),
        ([BEGIN, "a", f"{BASE} base", "b", MIDDLE, "c", END, BEGIN, "d", MIDDLE, END], [1, 8]),
        (["a", f"{END} after updating"], [2]),
        ([f"{BASE} base"], [1]),
        (["A heading", MIDDLE, f"{BEGIN}<", f"    {BEGIN} quoted", ">>> 1 + 1", "<<EOF"], []),
    ],
)
def test_marks_are_found(tmp_path: Path, lines: list[str], found: list[int]) -> None:
    """Of Copier, of git, and what is left of them; headings and quotations are none."""
    (tmp_path / "page.md").write_text("\n".join(lines))
    (tmp_path / "windows.md").write_bytes("\r\n".join(lines).encode())

    assert [(one.path, one.line) for one in findings(tmp_path)] == [
        (name, line) for name in ("page.md", "windows.md") for line in found
    ]


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_deleted_here_and_changed_there_is_named(tmp_path: Path) -> None:
    """Nothing is written into the file then, but git knows."""
    (tmp_path / "page.md").write_text("old")
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "theirs")
    (tmp_path / "page.md").write_text("new")
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-")
    (tmp_path / "page.md").unlink()
    commit(tmp_path)
    git(tmp_path, "merge", "--quiet", "theirs", good=(1,))

    assert [one.path for one in findings(tmp_path)] == ["page.md"]
