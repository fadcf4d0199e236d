"""What a tag has to be before it is released, and the text that its release gets."""

import subprocess
import sys
from pathlib import Path

import keepachangelog  # type: ignore[import-untyped]  # it has no types
import pytest
from conftest import ROOT, git

CHANGELOG = """\
# Changelog

## [Unreleased]

## [1.10.0] - 2026-11-20

### Added

- Agents greet `people`,
  and remember them.

## [1.9.0] - 2026-10-01

### Added

- Agents greet.
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a release that is tagged, and one before it."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    listed = "[releases]\n"
    for tag in ("v1.9.0", "v1.10.0"):
        (tmp_path / "releases.toml").write_text(listed)
        (tmp_path / "CHANGELOG.md").write_text(f"{CHANGELOG}\nUp to {tag}.\n")
        git(tmp_path, "add", "--all")
        git(tmp_path, "commit", "--quiet", "--message", tag)
        git(tmp_path, "tag", tag)
        listed += f'"{tag[1:]}" = "{git(tmp_path, "rev-parse", tag).strip()}"\n'
    return tmp_path


def notes(project: Path, tag: str) -> subprocess.CompletedProcess[str]:
    """Run the script as the workflow does."""
    script = [sys.executable, "scripts/release_notes.py", tag, "--branch", "main"]
    folder = ["--folder", str(project)]
    return subprocess.run(script + folder, cwd=ROOT, capture_output=True, text=True, check=False)


def test_text_of_a_release(project: Path) -> None:
    """It is the version's section, and no other's."""
    result = notes(project, "v1.10.0")

    assert result.stdout == "### Added\n- Agents greet `people`,\n  and remember them.\n"
    assert (result.stderr, result.returncode) == ("", 0)


def refusal(project: Path, tag: str) -> str:
    """Return what the script says against a tag."""
    result = notes(project, tag)
    assert (result.stdout, result.returncode) == ("", 1)
    return result.stderr


@pytest.mark.parametrize("tag", ["1.2.3", "v1.2", "v1.2.3.4", "v01.2.3", "v1.2.3-rc1", "version"])
def test_other_names_are_refused(project: Path, tag: str) -> None:
    """Copier sorts versions; what is not one would never be found."""

    assert refusal(project, tag) == f"Name the tag vX.Y.Z: {tag} is not a version.\n"


def test_lower_versions_are_refused(project: Path) -> None:
    """Ten comes after nine, and what was released stays the newest until there is more."""

    assert refusal(project, "v1.9.0") == "Choose a higher version: v1.10.0 exists.\n"


def test_branches_are_refused(project: Path) -> None:
    """What is released has been merged."""
    git(project, "switch", "--quiet", "--create", "side")
    (project / "CHANGELOG.md").write_text(CHANGELOG.replace("1.10.0", "2.0.0"))
    git(project, "commit", "--quiet", "--all", "--message", "Aside")
    git(project, "tag", "v2.0.0")

    assert "tag what is on main: v2.0.0 is not." in refusal(project, "v2.0.0")


def test_releases_are_listed_before_the_next_one(project: Path) -> None:
    """No agent is left behind: tests update from what is listed."""
    (project / "releases.toml").write_text("[releases]\n")
    git(project, "commit", "--quiet", "--all", "--message", "Forget")

    assert refusal(project, "v1.10.0") == (
        "Add v1.9.0 to releases.toml first: no test updates agents from it.\n"
    )


@pytest.mark.parametrize(
    ("version", "objection"),
    [
        ("1.10.0", "Tag the commit that releases.toml names: v1.10.0 is another.\n"),
        ("1.11.0", "Choose a higher version: releases.toml lists 1.11.0.\n"),
    ],
)
def test_list_and_tags_agree(project: Path, version: str, objection: str) -> None:
    """A tag is where the list says, and higher than what it holds; a clone may have no other tags."""
    with (project / "releases.toml").open("a") as file:
        file.write(f'"{version}" = "{"0" * 40}"\n')
    git(project, "commit", "--quiet", "--all", "--message", "List")

    assert refusal(project, "v1.10.0") == objection


@pytest.mark.parametrize(
    ("old", "new", "objection"),
    [
        ("[1.10.0]", "[1.11.0]", "Describe 1.10.0 in CHANGELOG.md."),
        ("### Added\n\n- Agents greet `people`,\n  and remember them.\n", "", "Describe 1.10.0"),
        ("[Unreleased]\n", "[Unreleased]\n\n### Fixed\n\n- It runs.\n", "Move what stands under"),
    ],
)
def test_changelog_has_to_be_ready(project: Path, old: str, new: str, objection: str) -> None:
    """A release says what it brings, and leaves nothing of it for the next one."""
    assert old in CHANGELOG
    (project / "CHANGELOG.md").write_text(CHANGELOG.replace(old, new))

    assert objection in refusal(project, "v1.10.0")


def test_own_changelog_can_be_read() -> None:
    """The template's own has the form that the script reads."""
    changes = keepachangelog.to_dict(str(ROOT / "CHANGELOG.md"), show_unreleased=True)

    assert "unreleased" in changes
