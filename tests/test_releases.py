"""releases.toml lists every release with its commit, and each of them can still be rendered."""

import shutil
from pathlib import Path

import pytest
import yaml
from agent_trees import tree
from conftest import ROOT, git
from release_files import PACKAGE, unannounced
from releases import newest, objections, releases
from update_lab import WORK_TREE, Lab, stored

pytest_plugins = ["update_fixtures"]

NAMES = ["default", "everything", "grpc", "http", "minimal"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with two releases; the second one has a tag."""
    folder = tmp_path / "project"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    commits = []
    for name in ("one", "two", "three"):
        git(folder, "commit", "--quiet", "--allow-empty", "--message", name)
        commits.append(git(folder, "rev-parse", "HEAD").strip())
    git(folder, "tag", "v1.10.0", commits[1])
    write(folder, {"1.9.0": commits[0], "1.10.0": commits[1]})
    return folder


def write(folder: Path, listed: dict[str, str]) -> None:
    """Write a list of releases."""
    rows = [f'"{version}" = "{commit}"' for version, commit in listed.items()]
    (folder / "releases.toml").write_text("\n".join(["[releases]", *rows, ""]))


def test_list_is_in_order() -> None:
    """The template's own list says nothing wrong."""

    assert list(objections(ROOT)) == []


def test_newest_is_the_last(project: Path) -> None:
    """Ten comes after nine; where nothing is released, there is none."""
    found = newest(project)
    write(project, {})

    assert found == "1.10.0"
    assert newest(project) is None
    assert list(objections(project)) == []


def test_list_of_the_project_is_in_order(project: Path) -> None:
    """One release has its tag, the other none, as in a fresh clone."""

    assert list(objections(project)) == []


@pytest.mark.parametrize(
    ("version", "commit", "objection"),
    [
        ("1.8.0", "HEAD", "Sort releases.toml by version, the newest one last."),
        ("2.0", "HEAD", "Name releases X.Y.Z in releases.toml: 2.0 is not a version."),
        ("2.0.0", "main", "Give 2.0.0 the 40 digits of its commit"),
        ("2.0.0", "0" * 40, "Give 2.0.0 in releases.toml the commit of its tag"),
        ("1.10.0", "HEAD", "The tag v1.10.0 is at another commit than releases.toml says"),
    ],
)
def test_wrong_entry_is_refused(project: Path, version: str, commit: str, objection: str) -> None:
    """Tests would start from somewhere else, or nowhere."""
    commit = git(project, "rev-parse", "HEAD").strip() if commit == "HEAD" else commit
    write(project, releases(project) | {version: commit})

    assert [said for said in objections(project) if said.startswith(objection)] != []


def test_shallow_clone_says_what_it_needs(project: Path, tmp_path: Path) -> None:
    """That is what actions/checkout makes by default."""
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{project}", "shallow")
    shutil.copy(project / "releases.toml", tmp_path / "shallow")
    said = list(objections(tmp_path / "shallow"))

    assert len(said) == 2
    assert "run `git fetch --unshallow`" in said[0]
    assert "`fetch-depth: 0`" in said[0]


def test_tests_have_the_whole_history() -> None:
    """Jobs that run them fetch it; others need not."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yaml").read_text())["jobs"]
    depths = {
        name: step.get("with", {}).get("fetch-depth")
        for name, job in jobs.items()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    }

    assert depths["test"] == 0


@pytest.mark.parametrize("version", releases())
@pytest.mark.parametrize("name", NAMES)
def test_release_can_be_rendered(lab: Lab, version: str, name: str) -> None:
    """An update renders the former version again, with the Copier of today."""
    answers = lab.answers(f"v{version}", name)
    agent = lab.copy(f"v{version}", answers)
    said = yaml.safe_load((agent / ".copier-answers.yml").read_text())

    assert said["_commit"] == f"v{version}"
    assert {question: said[question] for question in answers} == answers
    assert "Makefile" in tree(agent)


@pytest.mark.parametrize("name", NAMES if newest() else [])
def test_files_that_go_for_some_answers_are_announced(lab: Lab, name: str) -> None:
    """The feature table may take a file from an agent, but not without a word."""
    old = lab.copy(f"v{newest()}", lab.answers(f"v{newest()}", name))
    answers = stored(old)
    gone = tree(old).keys() - tree(lab.copy(WORK_TREE, answers)).keys()
    files = [path.replace(f"/{answers['package_name']}/", f"/{PACKAGE}/") for path in gone]

    assert list(unannounced(dict.fromkeys(files, "it goes"), ROOT)) == []
