"""A newer release of the template is a notice; so is a template that nobody can reach."""

import shutil
from pathlib import Path

import pytest

from checks.copier_answers import FILE
from checks.template_version import address, findings

from .planted import commit, git

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template of four releases, of which the last one is a try."""
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "copier.yml").touch()
    commit(folder)
    for tag in ("v1.9.0", "v1.10.0", "v2.0.0rc1", "latest"):
        git(folder, "tag", tag)
    return folder


def notices(folder: Path, source: Path, made_of: str) -> list[str]:
    """What is said of an agent that is made of some version."""
    (folder / FILE).write_text(f"_commit: {made_of}\n_src_path: {source}\n")
    found = list(findings(folder))
    assert all(one.notice for one in found)
    return [one.what for one in found]


@pytest.mark.parametrize("made_of", ["v1.9.0", "v1.9.0-3-gabc1234", "569a279", "v1.10.0rc1"])
def test_older_agent_is_told(tmp_path: Path, template: Path, made_of: str) -> None:
    """By numbers and not by letters: 1.10 comes after 1.9."""

    assert notices(tmp_path, template, made_of) == [
        f"the template has release 1.10.0, and this agent is made of {made_of}."
    ]


@pytest.mark.parametrize("made_of", ["v1.10.0", "v1.10.0-1-gabc1234", "v2.0.0rc1"])
def test_newest_agent_is_content(tmp_path: Path, template: Path, made_of: str) -> None:
    """Nobody is asked to try what is no release."""

    assert notices(tmp_path, template, made_of) == []


def test_template_that_is_away_is_told(tmp_path: Path) -> None:
    """Whoever has no network has no fault."""
    [said] = notices(tmp_path, tmp_path / "gone", "v1.0.0")

    assert "cannot be reached" in said


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("gh:org/a2a-template", "https://github.com/org/a2a-template.git"),
        ("gl:org/a2a-template.git", "https://gitlab.com/org/a2a-template.git"),
        ("git+https://git.example.com/t", "https://git.example.com/t"),
        ("git@git.example.com:t.git", "git@git.example.com:t.git"),
        ("~/t", str(Path.home() / "t")),
    ],
)
def test_addresses_are_read_as_copier_reads_them(source: str, url: str) -> None:
    """What is short for Copier is nothing to git."""

    assert address(source) == url
