"""Updates of a fleet: what becomes of each agent, and that nothing of an agent runs or is lost."""

from pathlib import Path

import pytest
from conftest import git
from fleet.programs import environment
from fleet_template import RELEASES
from fleets import BRANCH, HOST, TEMPLATE, World, make_world

pytestmark = pytest.mark.slow

README = "# Hello\n\nRun it.\n\nA\nB\nC\n\nEnd.\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """One agent of the first release, which is two behind."""
    world = make_world(tmp_path / "world")
    world.agent("hello-agent")
    world.name_agents(f'template = "{TEMPLATE}"\n[canary]\nhello-agent = "{HOST}hello-agent"\n')
    return world


def made(world: World, path: str) -> str:
    """Read a file of the clone in which an agent was updated."""
    return (world.work / "hello-agent" / path).read_text()


def test_nothing_leaves_the_machine_unasked(world: World) -> None:
    """The commit waits in a folder; owners have what they had, and the new release beside it."""
    world.commit("hello-agent", {"README.md": README.replace("End.", "End, says the owner.")})
    ended = world.run("update", "--format", "json")
    row = ended.rows["hello-agent"]

    assert (ended.code, row["state"], row["note"]) == (0, "prepared", "")
    assert ended.err.endswith(f"the commits are in {world.work}.\n")
    assert made(world, "README.md") == README.replace("Run", "Go").replace(
        "End.", "End, says the owner."
    )
    assert made(world, "settings.py") == "PORT = 8000\n"
    assert not (world.work / "hello-agent/docs/data.md").exists()
    assert git(world.work / "hello-agent", "status", "--porcelain", "--branch") == f"## {BRANCH}\n"
    assert world.branches("hello-agent") == ["main"]
    assert world.calls() == ""


def test_release_and_answers_are_chosen(world: World) -> None:
    """A current agent gets the answer, too; one that has both is left alone."""
    world.agent("current", "v1.1.0")
    world.agent("both", "v1.1.0", transports="http")
    entries = "".join(f'{name} = "{HOST}{name}"\n' for name in ("current", "both"))
    world.name_agents((world.folder / "agents.toml").read_text() + entries)
    rows = world.rows("update", "--to", "v1.1.0", "--data", "transports=http")
    states = {name: row["state"] for name, row in rows.items()}

    assert states == {"hello-agent": "prepared", "current": "prepared", "both": "current"}
    for name in ("hello-agent", "current"):
        answers = (world.work / name / ".copier-answers.yml").read_text()
        assert "_commit: v1.1.0\n" in answers
        assert "transports: http\n" in answers


def test_conflict_is_named(world: World) -> None:
    """Both sides are in the file, and the agents after it are updated as well."""
    world.commit("hello-agent", {"README.md": README.replace("Run it.", "Ask us.")})
    world.agent("second")
    world.name_agents((world.folder / "agents.toml").read_text() + f'second = "{HOST}second"\n')
    rows = world.rows("update", "--jobs", "1")

    assert rows["hello-agent"]["note"] == "Conflicts in README.md."
    assert "Ask us.\n=======\nGo it.\n" in made(world, "README.md")
    assert (rows["second"]["state"], rows["second"]["note"]) == ("prepared", "")


def test_lost_line_of_an_owner_is_named(world: World) -> None:
    """Copier removes a file that the template has no more, with what its owner wrote in it."""
    world.commit("hello-agent", {"docs/data.md": "Soon gone.\n\nDial 42 when it burns.\n"})
    rows = world.rows("update")

    assert rows["hello-agent"]["note"] == "Lines of the owner are gone from docs/data.md."


def test_own_file_that_a_release_brings_is_not_lost(world: World) -> None:
    """The owner had written a file of the name that the template now has."""
    world.commit("hello-agent", {"settings.py": "PORT = 9000\n"})
    row = world.rows("update")["hello-agent"]

    assert row["note"] == "Conflicts in settings.py."
    assert "\nPORT = 9000\n" in made(world, "settings.py")


def test_one_folder_of_many_is_updated(world: World) -> None:
    """Each agent of a repository has a branch of its own, with nothing of the others."""
    world.agent("mono", inside="agents/billing")
    world.commit("mono", {"agents/other/README.md": "<<<<<<< before updating\n"})
    world.name_agents(
        f'template = "{TEMPLATE}"\n[one]\n'
        f'billing = {{url = "{HOST}mono", folder = "agents/billing"}}\n'
    )
    row = world.rows("update", "--push")["billing"]
    changed = git(world.remote("mono"), "diff", "--name-only", "main", f"{BRANCH}-billing")

    assert row["state"] == "proposed"
    assert "Conflict" not in row["note"]
    assert changed.split() == [
        f"agents/billing/{name}"
        for name in (".copier-answers.yml", "README.md", "docs/data.md", "settings.py")
    ]


def test_nothing_of_an_agent_runs(world: World) -> None:
    """Neither what Copier would import nor what uv would build."""
    ran = world.folder / "ran"
    spy = f"open({str(ran)!r}, 'w')\n"
    build = "[build-system]\nrequires = []\nbuild-backend = 'spy'\nbackend-path = ['.']\n"
    project = "[project]\nname = 'x'\nrequires-python = '>=3.11'\ndynamic = ['version']\n"
    names = ("copier.py", "yaml.py", "spy.py", "sitecustomize.py")
    world.commit("hello-agent", dict.fromkeys(names, spy))
    world.commit("hello-agent", {"pyproject.toml": project + build, "uv.lock": "version = 1\n"})
    row = world.rows("update")["hello-agent"]

    assert row["state"] == "prepared"
    assert "uv.lock is not renewed: something of the project is dynamic." in row["note"]
    assert not ran.exists()


def test_links_are_not_followed(world: World) -> None:
    """A link of an agent's repository to a file of this machine leaves that file as it is."""
    project = "[project]\nname = 'x'\nversion = '1'\nrequires-python = '>=3.11'\n"
    outside = world.folder / "outside"
    outside.write_text(lock := "version = 1\nrequires-python = '>=3.10'\n")
    world.commit("hello-agent", {"pyproject.toml": project})
    clone = world.checkout("hello-agent")
    (clone / "uv.lock").symlink_to(outside)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "Link")
    git(clone, "push", "--quiet")
    note = world.rows("update")["hello-agent"]["note"]

    assert note.startswith("uv.lock is not renewed: uv lock: ")
    assert outside.read_text() == lock


def test_lock_file_is_renewed(world: World) -> None:
    """The agent has one, and the release another version of the project."""
    project = "[project]\nname = 'x'\nversion = '1'\nrequires-python = '>=3.11'\n"
    lock = "version = 1\nrequires-python = '>=3.10'\n"
    world.commit("hello-agent", {"pyproject.toml": project, "uv.lock": lock})
    row = world.rows("update")["hello-agent"]

    assert row["note"] == ""
    assert 'requires-python = ">=3.11"' in made(world, "uv.lock")


def test_update_that_wants_trust_fails(world: World) -> None:
    """A template that would run something on the machine is not followed."""
    ran = world.folder / "ran"
    tasks = f"_tasks: ['touch {ran}']\n"
    world.commit("a2a-template", {"copier.yml": tasks + str(RELEASES["v1.0.0"]["copier.yml"])})
    git(world.remote("a2a-template"), "tag", "v3.0.0")
    ended = world.run("update", "--format", "json")

    assert (ended.code, ended.rows["hello-agent"]["state"]) == (1, "failed")
    assert ended.rows["hello-agent"]["note"].startswith("v3.0.0 wants to run something here")
    assert not ran.exists()


def test_agent_of_another_template_is_not_followed(world: World) -> None:
    """Who can write to an agent does not choose what runs beside the token of the fleet."""
    source = "_commit: v1.0.0\n_src_path: https://github.com/org/other\n"
    world.commit("hello-agent", {".copier-answers.yml": source})
    ended = world.run("update", "--format", "json")
    row = ended.rows["hello-agent"]

    assert (ended.code, row["state"], row["behind"]) == (0, "unknown", None)
    assert not (world.work / "hello-agent").exists()
    assert row["note"] == "It is made of another template, https://github.com/org/other."


def test_what_is_no_agent_is_left_alone(world: World) -> None:
    """A list may have repositories that wait for their agent; one that is away is trouble."""
    world.commit("hello-agent", {".copier-answers.yml": None})
    no_agent = world.run("update", "--format", "json")
    world.remote("hello-agent").rename(world.folder / "away")
    away = world.run("update", "--format", "json")

    assert (no_agent.code, no_agent.rows["hello-agent"]["state"]) == (0, "no agent")
    assert (away.code, away.rows["hello-agent"]["state"]) == (1, "unreachable")


def test_unknown_answer_is_refused(world: World) -> None:
    """Copier ignores it without a word."""
    ended = world.run("update", "--data", "transport=http")

    assert (ended.code, ended.err) == (2, "The template does not ask for transport.\n")


def test_folder_of_somebody_is_left_alone(world: World) -> None:
    """Clones are replaced where this command made them, and nowhere else."""
    world.work.mkdir()
    (world.work / "letter").write_text("Dear all,")
    ended = world.run("update")

    assert ended.code == 2
    assert ended.err == f"{world.work} was not made by this command: name another --folder.\n"
    assert (world.work / "letter").exists()


def test_template_is_asked_once(world: World) -> None:
    """Copier takes the copy on this machine, also when the template cannot be reached any more."""
    remote = world.remote("a2a-template")
    wrapper = world.folder / "bin/git"
    wrapper.write_text(
        '#!/bin/sh\nPATH="${PATH#*:}"\ngit "$@" || exit\n'
        f'case "$*" in "clone --quiet --bare "*) mv {remote} {remote}.away ;; esac\n'
    )
    wrapper.chmod(0o755)

    assert world.rows("update")["hello-agent"]["state"] == "prepared"
    assert not remote.exists()


def test_copier_gets_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads the template from a copy, so it needs none."""
    monkeypatch.setenv("GH_TOKEN", "ghs_1")

    assert "GH_TOKEN" in environment()
    assert "GH_TOKEN" not in environment(tokens=False)
