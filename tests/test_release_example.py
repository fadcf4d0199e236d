"""The example repository: each release is one commit and one tag, and nothing of before is left."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from conftest import ROOT, git


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A clone of an example repository, whose remote takes pushes."""
    remote, clone = tmp_path / "remote.git", tmp_path / "example"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git(tmp_path, "clone", "--quiet", str(remote), str(clone))
    (clone / "gone").mkdir()
    (clone / "gone" / "old.py").write_text("old\n")
    (clone / "link.py").symlink_to("gone/old.py")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "Before")
    git(clone, "push", "--quiet", "origin", "HEAD")
    return clone


def packed(folder: Path, files: dict[str, str]) -> Path:
    """Pack files as the workflow does."""
    for name, text in files.items():
        (folder / "agent" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "agent" / name).write_text(text)
    with tarfile.open(folder / "example.tar", "w") as archive:
        archive.add(folder / "agent", arcname=".")
    return folder / "example.tar"


def publish(example: Path, archive: Path, tag: str) -> subprocess.CompletedProcess[str]:
    """Run the script as the workflow does, with nothing but Python and git."""
    script = [sys.executable, "-I", "scripts/publish_example.py", str(example), str(archive), tag]
    return subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)


def published(example: Path, revision: str) -> set[str]:
    """Return the files that the remote has."""
    return set(git(example.parent / "remote.git", "ls-tree", "-r", "--name-only", revision).split())


def test_release_is_a_commit_with_its_tag(example: Path, tmp_path: Path) -> None:
    """The files of the release, hidden ones as well, and no file of the release before."""
    archive = packed(tmp_path, {"README.md": "new\n", ".github/workflows/ci.yaml": "on: push\n"})
    result = publish(example, archive, "v1.0.0")

    assert result.returncode == 0, result.stderr
    assert published(example, "main") == {"README.md", ".github/workflows/ci.yaml"}
    assert published(example, "v1.0.0") == published(example, "main")
    assert git(example, "log", "-1", "--format=%s") == "Render v1.0.0\n"


def test_same_release_again(example: Path, tmp_path: Path) -> None:
    """A workflow that is run again changes nothing."""
    archive = packed(tmp_path, {"README.md": "new\n"})
    results = [publish(example, archive, "v1.0.0").returncode for _ in range(2)]

    assert results == [0, 0]
    assert git(example, "log", "--format=%s") == "Render v1.0.0\nBefore\n"


def test_release_without_changes(example: Path, tmp_path: Path) -> None:
    """Its tag stands beside the one before."""
    archive = packed(tmp_path, {"README.md": "new\n"})
    results = [publish(example, archive, tag).returncode for tag in ("v1.0.0", "v1.0.1")]

    assert results == [0, 0]
    assert published(example, "v1.0.1") == {"README.md"}


@pytest.mark.parametrize("name", [".git/hooks/pre-commit", "src/.git/config"])
def test_archive_cannot_change_the_repository(example: Path, tmp_path: Path, name: str) -> None:
    """What would run at the next commit, beside the key, is refused before anything happens."""
    result = publish(example, packed(tmp_path, {name: "exit\n"}), "v1.0.0")

    assert result.returncode == 1
    assert "would change the repository itself" in result.stderr
    assert (example / "gone" / "old.py").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_archive_has_no_links(example: Path, tmp_path: Path, kind: bytes) -> None:
    """A link would lead what is unpacked after it past the names that are looked at."""
    with tarfile.open(tmp_path / "example.tar", "w") as archive:
        link = tarfile.TarInfo("way")
        link.type, link.linkname = kind, ".git"
        archive.addfile(link)
        hook = tarfile.TarInfo("way/hooks/pre-commit")
        hook.mode = 0o755
        archive.addfile(hook)
    result = publish(example, tmp_path / "example.tar", "v1.0.0")

    assert result.returncode == 1
    assert "has way, which is neither a file nor a folder" in result.stderr
    assert not (example / ".git/hooks/pre-commit").exists()


def test_archive_cannot_leave_the_folder(example: Path, tmp_path: Path) -> None:
    """Nor does it write anywhere else."""
    with tarfile.open(tmp_path / "example.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("../outside"))
    result = publish(example, tmp_path / "example.tar", "v1.0.0")

    assert result.returncode == 1
    assert list(tmp_path.rglob("outside")) == []


def test_hooks_do_not_run(example: Path, tmp_path: Path) -> None:
    """Even one that found its way into the clone has nothing to say beside the key."""
    for name in ("pre-commit", "post-commit", "pre-push"):
        hook = example / ".git/hooks" / name
        hook.write_text("#!/bin/sh\ntouch ran\nexit 1\n")
        hook.chmod(0o755)
    result = publish(example, packed(tmp_path, {"README.md": "new\n"}), "v1.0.0")

    assert result.returncode == 0, result.stderr
    assert not (example / "ran").exists()
