"""Where owner and template change the same lines, both versions are there to choose from."""

import pytest
from agent_trees import conflicts, differences, lines, lost, tree
from changes import Change, Delete, Rename, Replace, Write
from conftest import git
from update_lab import WORK_TREE, Lab, stored, update

pytestmark = pytest.mark.slow

pytest_plugins = ["update_fixtures"]

BOUND = '  "watchfiles>=1.3,<2",\n'
HOST = 'Field("127.0.0.1", min'
# The file, what its owner does, and what the template does.
CASES: dict[str, tuple[str, Change, Change]] = {
    "the same line": (
        "README.md",
        Replace("README.md", "## Run it", "## Run ours"),
        Replace("template/README.md.jinja", "## Run it", "## Run theirs"),
    ),
    "the same setting": (
        "src/hello_agent/settings.py",
        Replace("src/*/settings.py", HOST, HOST.replace("127.0.0.1", "ours")),
        Replace("template/src/*/settings.py.jinja", HOST, HOST.replace("127.0.0.1", "theirs")),
    ),
    "neighbouring lines": (
        "pyproject.toml",
        Replace("pyproject.toml", BOUND, f'{BOUND}  "ours>=6",\n'),
        Replace("template/pyproject.toml.jinja", BOUND, '  "theirs>=1.4,<2",\n'),
    ),
    "a rewritten file": (
        "README.md",
        Write("README.md", "# Ours\n"),
        Replace("template/README.md.jinja", "## Run it", "## Run theirs"),
    ),
    "a file that both added": (
        "docs/glossary.md",
        Write("docs/glossary.md", "Ours.\n"),
        Write("template/docs/glossary.md", "This is theirs.\n"),
    ),
}
each_case = pytest.mark.parametrize("case", CASES)


@each_case
def test_conflict_is_visible(lab: Lab, case: str) -> None:
    """Markers stand in that file, around both versions; git calls it unmerged; all else is updated."""
    file, ours, theirs = CASES[case]
    copy, version = lab.copy(WORK_TREE, {}), lab.release(theirs)
    agent = lab.edited(copy, ours)
    before, expected = tree(agent), tree(lab.copy(version, stored(agent)))
    update(agent, version)
    after = tree(agent)
    said = after[file][1]

    assert conflicts(agent) == {file}
    assert git(agent, "diff", "--name-only", "--diff-filter=U") == f"{file}\n"
    assert said.index("<<<<<<< before updating") < said.lower().index("ours")
    assert said.index("=======") < said.index("theirs") < said.index(">>>>>>> after updating")
    assert lost(tree(copy), before, after) == set()
    assert [line for line in differences(expected, after) if not line.startswith(file)] == []


@each_case
def test_conflict_is_visible_as_a_reject(lab: Lab, case: str) -> None:
    """With `--conflict rej`, the template's version is in the file, and the owner's beside it."""
    file, ours, theirs = CASES[case]
    version = lab.release(theirs)
    agent = lab.edited(lab.copy(WORK_TREE, {}), ours)
    expected = tree(lab.copy(version, stored(agent)))
    update(agent, version, conflict="rej")
    after = tree(agent)

    assert conflicts(agent) == {f"{file}.rej"}
    assert "ours" in after.pop(f"{file}.rej")[1].lower()
    assert differences(expected, after) == []


PAGE = "template/docs/data.md.jinja"


@pytest.mark.parametrize("gone", [Delete(PAGE), Rename(PAGE, "template/docs/storage.md.jinja")])
def test_edits_in_a_file_that_goes_are_lost(lab: Lab, gone: Change) -> None:
    """Nothing says so: this is why scripts/check_release.py wants it announced."""
    copy = lab.copy(WORK_TREE, {})
    agent = lab.edited(copy, Write("docs/data.md", "Our way to keep data.\n"))
    before = tree(agent)
    update(agent, lab.release(gone))

    assert conflicts(agent) == set()
    assert lost(tree(copy), before, tree(agent)) == {"Our way to keep data."}


def test_choice_that_goes_is_lost(lab: Lab) -> None:
    """Nothing says so: the owner's answer becomes the default, and its files change."""
    agent = lab.edited(lab.copy(WORK_TREE, {"transports": "http"}))
    update(agent, lab.release(Replace("copier.yml", "    JSON-RPC and REST: http\n", "")))

    assert stored(agent)["transports"] == "both"
    assert (agent / "proto/a2a.proto").exists()


def test_lines_are_compared_across_files() -> None:
    """A line that an owner moved elsewhere is not lost; one that is nowhere is."""
    rendered, before = {"a": (False, "1\n")}, {"a": (False, "1\n2\n3\n")}

    assert lost(rendered, before, {"b": (False, "3\n")}) == {"2"}
    assert lines(before) == {"1", "2", "3"}
