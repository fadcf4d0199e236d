"""An agent of any release, edited as owners edit, becomes what a fresh one with the edits would be."""

from pathlib import Path

import pytest
import yaml
from agent_trees import Tree, conflicts, differences, lost, tree
from changes import Delete, Replace, Write, place
from conftest import ROOT, git
from owner_edits import EDITS, fits, fitting
from releases import releases
from template_moves import MOVES
from update_lab import WORK_TREE, Answers, Lab, stored, update

pytestmark = pytest.mark.slow

pytest_plugins = ["update_fixtures"]

RELEASES = [f"v{version}" for version in releases()]
# From each release to the work tree, and from there to a version in which everything moves.
each_start = pytest.mark.parametrize("start", [*RELEASES, WORK_TREE])

OWNED = yaml.safe_load((ROOT / "copier.yml").read_text())["_skip_if_exists"]
NONE: Answers = {"observability": [], "deployment": [], "ci": "none"}
ALL: Answers = {
    "observability": ["metrics", "tracing", "dashboards"],
    "deployment": ["compose", "kubernetes"],
    "ci": "github",
}
# What is answered at first, and what is answered anew.
ANSWERS: dict[str, tuple[Answers, Answers]] = {
    "the same answers": ({}, {}),
    "gRPC alone, on Postgres": ({}, {"transports": "grpc", "task_store": "postgres"}),
    "HTTP as well, on SQLite": (
        {"transports": "grpc", "task_store": "postgres"},
        {"transports": "both", "task_store": "sqlite"},
    ),
    "gRPC as well": ({"transports": "http"}, {"transports": "both"}),
    "without containers": ({}, {"deployment": ["kubernetes"]}),
    "with containers": ({"deployment": ["kubernetes"]}, {"deployment": ["compose", "kubernetes"]}),
    "without anything": (ALL, NONE),
    "with everything": (NONE, ALL),
}


def target(lab: Lab, start: str) -> str:
    """Return the version that an agent is updated to."""
    return lab.release(*MOVES) if start == WORK_TREE else WORK_TREE


def fresh_with(lab: Lab, version: str, agent: Path, answers: Answers, start: Path) -> Tree:
    """What has to come of an agent: the new version as if it had always been, and what is the owner's."""
    fresh = lab.copy(version, stored(agent) | answers)
    expected, before = tree(lab.edited(fresh, *fitting(start, fresh))), tree(agent)
    mine = {place(agent, name.lstrip("/")).relative_to(agent) for name in OWNED}
    owned = {
        name: file for name, file in before.items() if mine & {*Path(name).parents, Path(name)}
    }
    examples = {name for name in expected if name.startswith("tests/agent/")}
    new_examples = examples - before.keys()
    gone = tree(start).keys() - expected.keys()
    return {
        name: owned.get(name, file) for name, file in expected.items() if name not in new_examples
    } | {name: file for name, file in owned.items() if name not in gone}


@each_start
@pytest.mark.parametrize("case", ANSWERS)
def test_result_is_a_fresh_copy_with_the_edits(lab: Lab, start: str, case: str) -> None:
    """No conflict, no line lost, and nothing left of the former version."""
    first, then = ANSWERS[case]
    version = target(lab, start)
    copy = lab.copy(start, lab.answers(start, "default") | first)
    fresh = lab.copy(version, stored(copy) | then)
    agent = lab.edited(copy, *fitting(copy, fresh))
    before, expected = tree(agent), fresh_with(lab, version, agent, then, copy)
    update(agent, version, then)
    after = tree(agent)

    assert conflicts(agent) == set()
    assert differences(expected, after) == []
    assert lost(tree(copy), before, after) == set()


@each_start
def test_second_update_changes_nothing(lab: Lab, start: str) -> None:
    """What has been updated is up to date."""
    version = target(lab, start)
    copy = lab.copy(start, lab.answers(start, "default"))
    agent = lab.edited(copy, *fitting(copy))
    update(agent, version)
    git(agent, "add", "--all")
    git(agent, "commit", "--quiet", "--message", "Update")
    update(agent, version)

    assert git(agent, "status", "--porcelain") == ""


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_made(lab: Lab, edit: str) -> None:
    """A file that was renamed takes no edit out of the tests above."""
    old, new = (lab.copy(version, {}) for version in (WORK_TREE, lab.release(*MOVES)))

    assert fits(EDITS[edit], (old, new))


def test_deleted_example_stays_deleted(lab: Lab) -> None:
    """An owner whose logic does something else has no use for the tests of the first one."""
    examples = [Delete("tests/agent/test_logic.py"), Delete("CHANGELOG.md")]
    agent = lab.edited(lab.copy(WORK_TREE, {}), *examples)
    update(agent, lab.release(*MOVES))

    assert [one for one in examples if one.fits(agent)] == []


@pytest.mark.parametrize("name", ["card", "logic", "routes", "settings"])
def test_deleted_module_that_is_imported_comes_back(lab: Lab, name: str) -> None:
    """Without it, no agent starts."""
    module = Delete(f"src/*/agent/{name}.py")
    agent = lab.edited(lab.copy(WORK_TREE, {}), module)
    update(agent, lab.release(*MOVES))

    assert module.fits(agent)


def test_module_that_the_machinery_needs_arrives(lab: Lab) -> None:
    """A later version may ask the owner's folder for more, and brings a beginning of it."""
    agent = lab.edited(lab.copy(WORK_TREE, {}))
    update(agent, lab.release(*MOVES))

    assert place(agent, "src/*/agent/extra.py").exists()


def test_file_that_an_answer_no_longer_brings_stays(lab: Lab) -> None:
    """Where the feature table takes it from agents of the same answers, it is theirs from then on."""
    line = "    /docs/replicas.md\n"
    version = lab.release(Replace("copier.yml", line, f"{line}    /docs/data.md\n"))
    agent = lab.edited(lab.copy(WORK_TREE, {}))
    update(agent, version)

    assert (agent / "docs/data.md").exists()
    assert not (lab.copy(version, {}) / "docs/data.md").exists()


def test_names_and_ports_outlive_an_answer(lab: Lab) -> None:
    """Whoever takes gRPC or containers back finds the port and the image as they were."""
    named: Answers = {"grpc_port": 50060, "image": "registry.example.com/team/agent"}
    agent = lab.edited(lab.copy(WORK_TREE, ALL | named))
    before = tree(agent)
    for answers in (NONE | {"transports": "http"}, ALL | {"transports": "both"}):
        update(agent, WORK_TREE, answers)
        git(agent, "add", "--all")
        git(agent, "commit", "--quiet", "--message", "Update")

    assert differences(before, tree(agent)) == []


def test_files_of_the_owner_outlive_an_answer(lab: Lab) -> None:
    """Without Kubernetes, the template's manifests go; what somebody else wrote there stays."""
    own = Write("deploy/kubernetes/overlays/own/kustomization.yaml", "kind: Kustomization\n")
    agent = lab.edited(lab.copy(WORK_TREE, {}), own)
    update(agent, lab.release(*MOVES), {"deployment": ["compose"]})

    assert [str(path.relative_to(agent)) for path in agent.glob("deploy/kubernetes/**/*.yaml")] == [
        own.file
    ]


def test_rewritten_file_stays_where_the_template_left_it(lab: Lab) -> None:
    """It may be rewritten from top to bottom."""
    own = Write("docs/containers.md", "Our way to run it.\n")
    agent = lab.edited(lab.copy(WORK_TREE, {}), own)
    update(agent, lab.release(*MOVES))

    assert conflicts(agent) == set()
    assert (agent / own.file).read_text() == own.text


def test_planted_loss_is_seen(lab: Lab) -> None:
    """Where agent/ is not the owner's, the template's change of logic.py meets the owner's."""
    unowned = lab.release(Replace("copier.yml", "  - /src/*/agent\n", ""), *MOVES)
    copy = lab.copy(WORK_TREE, {})
    agent = lab.edited(copy, *fitting(copy))
    expected = fresh_with(lab, unowned, agent, {}, copy)
    update(agent, unowned)

    logic = "src/hello_agent/agent/logic.py"
    assert logic in conflicts(agent)
    assert [line for line in differences(expected, tree(agent)) if line.startswith(logic)] != []
