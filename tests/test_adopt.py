"""`docs/adopt.md` takes a hand-made agent into the template, and its callers do not notice."""

import re
from pathlib import Path

import pytest
import test_living_agent
from adopt_page import rows
from adoption import HAND_MADE, Reader, hand_made, reader
from conftest import git

ports = test_living_agent.ports
# What a later release of the template has, in a file that it shares with the owner.
NEWS = "\n# Something new.\n"
SAME = "See that it is the same agent"


@pytest.fixture
def template(released: Path, tmp_path: Path) -> Path:
    """The template as people find it, which will have another release."""
    folder = tmp_path / "a2a-template"
    git(tmp_path, "clone", "--quiet", str(released), str(folder))
    return folder


@pytest.fixture
def owner(template: Path, tmp_path: Path, ports: dict[str, int]) -> Reader:
    """Who has the hand-made agent, and sits in its folder."""
    folder = hand_made(tmp_path / "postcard-writer", ports["http_port"])
    return reader(folder, template, ports["http_port"])


def release(template: Path) -> None:
    """Publish a version of the template."""
    makefile = template / "template/Makefile.jinja"
    makefile.write_text(makefile.read_text() + NEWS)
    git(template, "commit", "--quiet", "--all", "--message", "Go on")
    git(template, "tag", "v1.1.0")


def adopt(owner: Reader, http_port: int, ops_port: int) -> list[str]:
    """Follow the page up to the live agent; return what the commands behind *Verify* print."""
    old, new = re.findall(r"[Ss]tart the (?:agent|new one) [^`]*`([^`]+)`", owner.page)
    verified = []
    with owner.running(old, f"http://127.0.0.1:{http_port}/places"):
        owner.follow("Write down what callers hear")
    git(owner.folder, "add", "uv.lock")  # which uv has written, and owners have
    git(owner.folder, "commit", "--quiet", "--message", "Lock")
    verified.append(owner.verify("Write down what callers hear"))
    for title in ("Generate", "Put back what is yours", "Move what the agent does"):
        owner.follow(title)
        verified.append(owner.verify(title))
    owner.follow(SAME, only=slice(1), ARGS="tests/agent")
    (owner.folder / ".env").write_text(f"A2A_OPS_PORT={ops_port}\n")
    with owner.running(new, f"http://127.0.0.1:{ops_port}/readyz"):
        owner.follow(SAME, only=slice(1, None))
    verified.append(owner.verify(SAME))
    return verified


@pytest.mark.living
def test_page_takes_an_agent_in(owner: Reader, template: Path, ports: dict[str, int]) -> None:
    """Its commands work, callers hear the same, nothing of the owner's is lost, updates come."""
    home = owner.folder
    verified = adopt(owner, ports["http_port"], ports["ops_port"])
    refused = misplaced(owner)
    owner.follow("Go live")
    story = owner.verify("Go live")
    release(template)
    owner.follow("Follow the template")

    assert verified == [""] * 5
    assert "TASK_STATE_REJECTED" in (home.parent / "after.txt").read_text()
    assert any(f"`{refusal}`" in symptom for refusal in refused for symptom, _ in symptoms())
    assert [line[8:] for line in story.splitlines()] == ["Take the template in", "Write postcards"]
    assert lost(home) == {"__main__.py", "agent_executor.py", "postcard.txt", "test_postcards.py"}
    assert git(home, "diff", "--name-only", "HEAD~1") == ".copier-answers.yml\nMakefile\n"
    assert "Nothing to mend" in owner.verify("Follow the template")


def misplaced(owner: Reader) -> list[str]:
    """Return what the agent's check says to a module that stands where none may."""
    module = owner.folder / "src/postcard_writer/own.py"
    module.touch()
    said = owner.attempt("uv run lint-imports").stdout
    module.unlink()
    return re.findall(r"^(The .*):$", said, re.MULTILINE)


def symptoms() -> list[list[str]]:
    """Return what people see when it does not work, and what they do then."""
    return rows("When it does not work", "what you see")


def lost(agent: Path) -> set[str]:
    """Return the owner's files that are only in the history, where all are as they were."""
    locked = git(agent, "rev-list", "--reverse", "HEAD").split()[2]
    here = set(git(agent, "ls-files").splitlines())
    there = set(git(agent, "ls-tree", "-r", "--name-only", locked).splitlines())
    untouched = (agent / "src/postcard_writer/agent/postcard.txt", agent / "docs/postcards.md")

    assert there == {file.name for file in HAND_MADE.iterdir() if file.is_file()} | {"uv.lock"}
    assert [file.read_text() for file in untouched] == [
        (HAND_MADE / name).read_text() for name in ("postcard.txt", "README.md")
    ]
    return there - here
