"""What goes wrong behind cookiecutter's door ends with one sentence, and leaves nothing half-made.

Below the sentence, cookiecutter reports on standard output that a hook has failed.
"""

import json
import shutil
from pathlib import Path

import hand_over
import pytest
from conftest import ROOT, git
from doors import Person, new_person

pytestmark = pytest.mark.slow


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Somebody who uses cookiecutter for the first time."""
    return new_person(tmp_path / "home")


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("agent_name=", 'Give the agent a name, for example "Hello Agent".'),
        ("agent_name=Ada\x07", "without spaces around it and without control or invisible"),
        ("agent_name={{ 7*7 }}", "Cookiecutter evaluates the braces in agent_name: type the"),
        ("observability=metrics, logs", "or write none: logs is not known."),
        ("observability=dashboards", "Dashboards show metrics: choose metrics as well"),
        ("deployment=none, compose", "Choose deployment from compose, kubernetes, or write none"),
        ("_agent_slug=../hello", "Write agent_slug in lower-case letters, digits and single"),
        ("_http_port=many", "Choose an http_port between 1024 and 65535."),
        ("_folder=mine", "Leave _folder as it is: the agent's folder has the agent's name."),
    ],
)
def test_wrong_answers(released: Path, person: Person, answer: str, advice: str) -> None:
    """Copier's own sentences come through, and each answer is looked at."""
    done = person.cookiecutter(released, answer)

    assert done.returncode == 1
    assert advice in done.stderr
    assert done.stderr.count("\n") == 1
    assert person.made() == []


def test_several_answers_in_the_configuration(released: Path, person: Person) -> None:
    """Cookiecutter would take a list for a choice, and the first of it for the answer."""
    (person.home / "cookiecutterrc").write_text("default_context: {deployment: [kubernetes]}\n")
    done = person.cookiecutter(released)

    assert done.stderr == "Write deployment as one text, with commas: compose, kubernetes.\n"
    assert person.made() == []


@pytest.mark.parametrize("option", ["--overwrite-if-exists", "--skip-if-file-exists"])
def test_agent_that_exists(released: Path, person: Person, option: str) -> None:
    """An owner's work is never written over, whatever cookiecutter is told."""
    mine = person.agents / "hello-agent" / "mine"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    done = person.cookiecutter(released, option)

    assert done.stderr.startswith(f"{mine.parent} exists: give the agent another name")
    assert done.stderr.count("\n") == 1
    assert person.made() == ["hello-agent"]
    assert [one.name for one in mine.parent.iterdir()] == ["mine"]


def test_leftover_of_a_stopped_run(released: Path, person: Person) -> None:
    """What a machine that lost its power left behind does not get into an agent."""
    leftover = person.agents / "unfinished-agent" / "src"
    leftover.mkdir(parents=True)
    done = person.cookiecutter(released, "--overwrite-if-exists")

    assert done.stderr.startswith(f"{leftover.parent} is left over from a run that was stopped:")
    assert leftover.exists()


def test_template_that_is_gone(released: Path, person: Person) -> None:
    """Cookiecutter has a clone from last week; the address that it came from answers no more."""
    clone = person.home / "cookiecutters_dir/a2a-template"
    git(person.home, "clone", "--quiet", str(released), str(clone))
    git(clone, "remote", "set-url", "origin", "file:///nowhere/a2a-template.git")
    done = person.cookiecutter("a2a-template")

    assert done.stderr.startswith("Copier could not make the agent: '/nowhere/a2a-template.git'")
    assert done.stderr.count("\n") == 1
    assert person.made() == []


def test_archive_has_no_history(released: Path, person: Person) -> None:
    """Its agents could never be updated; that is said before the first question."""
    archive = person.home / "template.zip"
    git(released, "archive", "--prefix=template/", f"--output={archive}", "HEAD")
    done = person.cookiecutter(archive, typed="")

    assert done.returncode == 1
    assert done.stderr.startswith("This copy of the template has no history, so that its agents")
    assert done.stdout == "Pre-Prompt Hook script failed\n"
    assert person.made() == []


def test_question_that_is_not_released(released: Path, person: Person) -> None:
    """Copier would take the release, and drop the answer without a word."""
    template = person.home / "template"
    shutil.copytree(released, template)
    asked = json.loads((template / "cookiecutter.json").read_text())
    (template / "cookiecutter.json").write_text(json.dumps({"colour": "red"} | asked))
    git(template, "commit", "--quiet", "--all", "--message", "Ask for a colour")
    default, other = person.cookiecutter(template), person.cookiecutter(template, "colour=blue")

    assert default.returncode == 0, default.stderr
    assert other.stderr == (
        "v1.0.0 of the template does not ask for colour: "
        "add `--checkout HEAD` for the template as it is now.\n"
    )
    assert person.made() == ["hello-agent"]


def test_stopped_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C stops cookiecutter, too; the hook removes what there is."""

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    folder = tmp_path / "unfinished-agent"
    folder.mkdir()
    (folder / hand_over.PLACEHOLDER).touch()
    context = json.loads((ROOT / "cookiecutter.json").read_text())
    context |= {"_repo_dir": str(ROOT), "_template": str(ROOT), "_checkout": None}
    monkeypatch.chdir(folder)
    monkeypatch.setattr(hand_over, "copier_copy", interrupted)
    with pytest.raises(SystemExit, match=r"Stopped: no agent is made\."):
        hand_over.hand_over(context | {"_output_dir": str(tmp_path)}, context)

    assert list(tmp_path.iterdir()) == []


def test_run_without_hooks_says_so(released: Path, person: Person) -> None:
    """Somebody who accepts no hooks finds a file that says why there is no agent."""
    person.cookiecutter(released, "--accept-hooks", "no")
    [note] = (person.agents / "unfinished-agent").iterdir()

    assert "cookiecutter ran without hooks" in note.read_text()
