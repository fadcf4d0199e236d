"""`docs/fleet.md` works as it is written: each block is run, and prints what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from agents import fresh_environment
from conftest import ROOT, git
from fleets import BRANCH, GH, World, make_world
from test_docs import blocks

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs/fleet.md").read_text()
# Without its group, uv would first install everything that the template is worked on with.
UV = """#!/bin/sh
case "$*" in "run --only-group fleet python "*) shift 4 ;; *) exit 9 ;; esac
exec {python} "$@"
"""
FILES = {
    "README.md": "# Hello\n\nAsk us.\n\nA\nB\nC\n\nEnd.\n",
    "docs/data.md": "Soon gone.\n\nDial 42 when it burns.\n",
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The three agents that the page lists, one of them with a conflict to come."""
    world = make_world(tmp_path / "world")
    world.agent("hello-agent")
    world.commit("hello-agent", dict(FILES))
    world.agent("greeter", "v1.1.0")
    world.agent("agents", "v2.0.0", inside="agents/billing", transports="http")
    [listed] = blocks(PAGE, "toml")
    world.name_agents(listed)
    (world.folder / "scripts").symlink_to(ROOT / "scripts")
    (world.folder / "bin/uv").write_text(UV.format(python=sys.executable))
    (world.folder / "bin/uv").chmod(0o755)
    return world


def type_in(world: World, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Type a block, or a command within a line, into a terminal."""
    return subprocess.run(
        ("bash", "-uo", "pipefail", "-c", code),
        cwd=folder,
        env=fresh_environment() | world.variables() | {"GH_SAYS": ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def section(title: str) -> str:
    """Return the part of the page below a title."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def sh(title: str) -> list[str]:
    """Return what a section says to type; within a list it is indented."""
    return blocks(re.sub(r"^   ", "", section(title), flags=re.MULTILINE), "sh")


def verify(title: str) -> str:
    """Return the first command of the last line."""
    return str(re.findall(r"\*Verify:\*[^`]*`([^`]+)`", section(title))[-1])


def test_table_is_printed_as_it_is_shown(world: World) -> None:
    """The example is what the command prints for the list of the page."""
    [status] = sh("List your agents")
    done = type_in(world, world.folder, status)
    [shown] = blocks(section("See who is behind"), "")

    assert done.stdout == shown
    assert (done.returncode, done.stderr) == (1, "")


def test_proposal_goes_as_the_page_says(world: World) -> None:
    """Prepared, looked at, pushed, and waiting."""
    prepare, look_and_push = sh("Propose the update")
    prepared = type_in(world, world.folder, prepare)
    branches = world.branches("hello-agent")
    pushed = type_in(world, world.folder, look_and_push)
    verified = type_in(world, world.folder, verify("Propose the update"))
    promised = re.findall(r"says `([^`]+)`", section("Propose the update"))[-1]

    assert (prepared.returncode, branches) == (0, ["main"]), prepared.stderr
    assert "Nothing has left this machine" in prepared.stderr
    assert (pushed.returncode, world.branches("hello-agent")) == (0, ["main", BRANCH])
    assert " README.md " in pushed.stdout
    assert promised in verified.stdout


def test_conflicts_are_decided_as_the_page_says(world: World) -> None:
    """What the owner sees, and that their branch is theirs from then on."""
    _, push = sh("Propose the update")
    world.run("update", "--push")
    find, save, look = sh("Decide conflicts")
    clone = world.checkout("hello-agent")
    found = type_in(world, clone, find)
    gone = type_in(world, clone, look)
    (clone / "README.md").write_text(FILES["README.md"])
    saved = type_in(world, clone, save)
    left = type_in(world, clone, verify("Decide conflicts"))
    again = type_in(world, world.folder, push.partition("\n")[2])

    assert found.stdout.startswith("README.md:3:<<<<<<< before updating\n")
    assert "Dial 42 when it burns.\n" in gone.stdout
    assert not (clone / "docs/data.md").exists()
    assert saved.returncode == 0, saved.stderr
    assert left.stdout == ""
    assert f"hello-agent: Somebody works on the branch {BRANCH}" in again.stdout
    assert again.stdout.count("Somebody works") == 1


def test_waves_follow_each_other(world: World) -> None:
    """The second one waits until the first is merged, and the last question says when all are."""
    first, second = sh("Roll out in waves")
    started = type_in(world, world.folder, first)
    early = type_in(world, world.folder, second)
    before = world.branches("greeter")
    merge(world, "hello-agent")
    late = type_in(world, world.folder, second)
    after = world.branches("greeter")
    merge(world, "greeter")
    done = type_in(world, world.folder, verify("Roll out in waves"))

    assert (started.returncode, early.returncode, before) == (0, 1, ["main"])
    assert (late.returncode, after) == (0, ["main", BRANCH])
    assert done.stdout.endswith("\n0\n")


def merge(world: World, name: str) -> None:
    """Merge what is proposed, as owners do, and remove the branch."""
    remote = world.remote(name)
    git(remote, "update-ref", "refs/heads/main", BRANCH)
    git(remote, "branch", "--delete", "--force", BRANCH)


def test_workflow_is_set_up_as_the_page_says(world: World) -> None:
    """gh is asked for what the workflow reads, by the names that it has there."""
    (world.folder / "bin/gh").write_text(GH)
    done = [type_in(world, world.folder, code) for code in sh("Let a workflow do it")]
    workflow = (ROOT / ".github/workflows/fleet.yaml").read_text()
    calls = world.calls()

    assert [one.returncode for one in done] == [0, 0, 0]
    assert (world.folder / "agents.toml").read_text() in calls
    for name in re.findall(r"(?:vars|secrets)\.(\w+)", workflow):
        assert f" set {name} --repo org/a2a-template" in calls
    for name in re.findall(r"--env ([\w-]+)", calls):
        assert f"    environment: {name} #" in workflow
    for name in re.findall(r"-f (\w+)=", calls):
        assert f"      {name}:\n        description:" in workflow
    assert "gh workflow run fleet.yaml" in calls
