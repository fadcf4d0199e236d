"""Proposals of a fleet: real pushes to repositories, and what gh, a stand-in, is asked."""

from pathlib import Path

import pytest
from conftest import git
from fleets import BRANCH, HOST, SECRET, TEMPLATE, World, make_world

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> World:
    """One agent of the first release, which is two behind."""
    world = make_world(tmp_path / "world")
    world.agent("hello-agent")
    world.name_agents(f'template = "{TEMPLATE}"\n[canary]\nhello-agent = "{HOST}hello-agent"\n')
    return world


def tip(world: World) -> str:
    """Return the commit that is proposed."""
    return git(world.remote("hello-agent"), "rev-parse", BRANCH)


def hook(world: World, script: str) -> None:
    """Let the agent's repository do something when it is pushed to."""
    file = world.remote("hello-agent") / "hooks/update"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_update_is_pushed_and_proposed(world: World) -> None:
    """One commit on the branch of updates, a pull request with its text, and main as it was."""
    row = world.rows("update", "--push")["hello-agent"]
    remote = world.remote("hello-agent")

    assert (row["state"], row["note"]) == ("proposed", f"{HOST}hello-agent/pull/7")
    assert git(remote, "rev-list", "--count", f"main..{BRANCH}") == "1\n"
    assert "_commit: v2.0.0\n" in world.file("hello-agent", ".copier-answers.yml")
    assert "_commit: v1.0.0\n" in world.file("hello-agent", ".copier-answers.yml", "main")
    assert world.calls() == (
        f"gh pr create --head {BRANCH} --title Update from the template --body-file -\n"
        "The template goes from the first to the second of these versions:\n\n"
        "    v1.0.0\n    v2.0.0\n\nNothing is left to do but to read it.\n"
    )


def test_second_run_does_nothing(world: World) -> None:
    """What is proposed stays as it is, and the table says where; so does status."""
    world.rows("update", "--push")
    before, calls = tip(world), world.calls()
    row = world.rows("update", "--push")["hello-agent"]
    status = world.rows("status")["hello-agent"]

    assert (row["state"], row["note"]) == ("proposed", f"It waits on the branch {BRANCH}.")
    assert (tip(world), world.calls()) == (before, calls)
    assert (status["state"], status["note"]) == (
        "behind",
        f"An update waits on the branch {BRANCH}.",
    )


def test_proposal_follows_main(world: World) -> None:
    """When the owner has gone on, the branch is made anew; the text of the open one is renewed."""
    world.rows("update", "--push", "--to", "v1.1.0")
    world.commit("hello-agent", {"own.md": "New.\n"})
    says = "a pull request for branch already exists"
    row = world.rows("update", "--push", GH_SAYS=says)["hello-agent"]

    assert row["state"] == "proposed"
    assert world.file("hello-agent", "own.md") == "New.\n"
    assert git(world.remote("hello-agent"), "rev-list", "--count", f"main..{BRANCH}") == "1\n"
    assert (
        f"\ngh pr edit {BRANCH} --title Update from the template --body-file -\n" in world.calls()
    )


def test_conflict_is_a_draft(world: World) -> None:
    """Its text names the files, and the lines that are gone."""
    readme = git(world.remote("hello-agent"), "show", "main:README.md")
    owned = {"README.md": readme.replace("Run it.", "Ask us."), "docs/data.md": "Dial 42.\n"}
    world.commit("hello-agent", dict(owned))
    row = world.rows("update", "--push")["hello-agent"]

    assert row["state"] == "proposed"
    assert row["note"].endswith(
        "/pull/7 Conflicts in README.md. Lines of the owner are gone from docs/data.md."
    )
    assert "gh pr create --head template-update --draft --title" in world.calls()
    assert "decide there:\n\n    README.md\n" in world.calls()
    assert "what you wrote in:\n\n    docs/data.md\n" in world.calls()


@pytest.mark.parametrize("amend", [True, False])
def test_work_of_somebody_is_not_overwritten(world: World, amend: bool) -> None:
    """An owner who has begun to decide conflicts there, in a commit or in ours, keeps that."""
    world.rows("update", "--push")
    clone = world.checkout("hello-agent", BRANCH)
    (clone / "own.md").write_text("Decided.\n")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", *(("--amend", "--no-edit") if amend else ("-m", "Decide")))
    git(clone, "push", "--quiet", "--force")
    world.commit("hello-agent", {"new.md": "Main goes on.\n"})
    before = tip(world)
    ended = world.run("update", "--push", "--format", "json")
    row = ended.rows["hello-agent"]

    assert (ended.code, row["state"]) == (1, "failed")
    assert row["note"] == f"Somebody works on the branch {BRANCH}: merge or delete it first."
    assert tip(world) == before


def test_proposal_of_the_agents_own_workflow_is_renewed(world: World) -> None:
    """It works on the same branch each Monday, so that there is one pull request."""
    clone = world.checkout("hello-agent")
    git(clone, "switch", "--quiet", "--create", BRANCH)
    robot = "41898282+github-actions[bot]@users.noreply.github.com"
    who = ("-c", "user.name=github-actions[bot]", "-c", f"user.email={robot}")
    (clone / "settings.py").write_text("half\n")
    git(clone, "add", "--all")
    environment = {"GIT_COMMITTER_EMAIL": robot, "GIT_COMMITTER_NAME": "github-actions[bot]"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        git(clone, *who, "commit", "--quiet", "--message", "Update from the template")
    git(clone, "push", "--quiet", "origin", BRANCH)

    assert world.rows("update", "--push")["hello-agent"]["state"] == "proposed"
    assert world.file("hello-agent", "settings.py") == "PORT = 8000\n"


def test_branch_that_moves_meanwhile_is_not_overwritten(world: World) -> None:
    """Somebody pushes between the look at the branch and the push."""
    world.rows("update", "--push")
    world.commit("hello-agent", {"new.md": "Main goes on.\n"})
    remote = world.remote("hello-agent")
    moved = git(remote, "commit-tree", "main^{tree}", "-p", BRANCH, "-m", "Mine").strip()
    wrapper = world.folder / "bin/git"
    wrapper.write_text(
        "#!/bin/sh\n"
        f'PATH="${{PATH#*:}}"\n[ "$1" = push ] && git -C {remote} update-ref refs/heads/{BRANCH} {moved}\n'
        'exec git "$@"\n'
    )
    wrapper.chmod(0o755)
    row = world.rows("update", "--push")["hello-agent"]

    assert row["state"] == "failed"
    assert row["note"] == f"The branch {BRANCH} has moved meanwhile: run this again."
    assert tip(world).strip() == moved


def test_workflows_that_a_token_may_not_write_are_named(world: World) -> None:
    """GitHub refuses the push, and half an update would be worse than none."""
    workflow = "`.github/workflows/ci.yaml` without `workflows` permission"
    refused = f"refusing to allow a GitHub App to create or update workflow {workflow}"
    hook(world, f"echo '{refused}' >&2; exit 1")
    row = world.rows("update", "--push")["hello-agent"]

    assert row["state"] == "failed"
    assert row["note"] == (
        "The token may not write workflows, and .github/workflows/ci.yaml changes: "
        "update this agent with credentials that may."
    )
    assert world.branches("hello-agent") == ["main"]


def test_no_token_is_printed(world: World) -> None:
    """Not when a repository says it back, nor by gh, in any format."""
    address = f"https://u:{SECRET}@github.com/org/"
    world.name_agents(f'template = "{TEMPLATE}"\n[canary]\nhello-agent = "{address}hello-agent"\n')
    variables = {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_1": f"url.file://{world.folder}/remotes/.insteadOf",
        "GIT_CONFIG_VALUE_1": address,
        "GH_TOKEN": "ghs_1",
    }
    hook(world, f"echo 'fatal: {address} does not take ghs_1' >&2; exit 1")
    refused = world.run("update", "--push", **variables)
    hook(world, "exit 0")
    variables["GH_SAYS"] = f"{address} does not take ghs_1"
    pushed = [world.run(*words, **variables) for words in (("update", "--push"), ("status",))]
    said = "".join(ended.out + ended.err for ended in (refused, *pushed))

    assert "does not take ***" in refused.out
    assert "by hand, because gh pr: https://github.com/org/ does not take ***." in said
    assert SECRET not in said + world.calls()
    assert "ghs_1" not in said


def test_without_gh_somebody_opens_the_pull_request(world: World) -> None:
    """Other hosts than GitHub get the branch, and the reader the next step."""
    (world.folder / "bin/gh").unlink()
    note = world.rows("update", "--push")["hello-agent"]["note"]

    assert note == f"Pushed to {BRANCH}; open the pull request by hand."
    assert BRANCH in world.branches("hello-agent")
