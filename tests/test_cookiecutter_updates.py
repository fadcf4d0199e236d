"""An agent that cookiecutter made follows the template as if Copier had made it."""

import re
import sys
from pathlib import Path

import pytest
from conftest import git
from doors import Person, as_arguments, new_person, tree
from template_source import address, template_source

pytestmark = pytest.mark.slow

SMALL = {"deployment": [], "observability": [], "transports": "http", "ci": "none"}
PACKAGE = "template/src/{{ package_name }}/__init__.py"
HERE = "{home}/a2a-template.git"


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Somebody for whom GitHub is a folder."""
    configuration = tmp_path / "gitconfig"
    return new_person(tmp_path / "home", GIT_CONFIG_GLOBAL=str(configuration))


@pytest.fixture
def template(released: Path, person: Person, tmp_path: Path) -> Path:
    """The template with two releases, found by its path, as a file's address and at GitHub."""
    folder = person.home / "a2a-template.git"
    git(person.home, "clone", "--quiet", str(released), str(folder))
    (tmp_path / "gitconfig").write_text(
        f'[url "file://{person.home}/"]\n  insteadOf = https://github.com/org/\n'
    )
    release(folder, "v2.0.0")
    return folder


def release(template: Path, tag: str) -> None:
    """Change one file of the machinery, and tag that."""
    (template / PACKAGE).write_text(f'"""Of {tag}."""\n')
    git(template, "commit", "--quiet", "--all", "--message", tag)
    git(template, "tag", tag)


def remembered(agent: Path) -> dict[str, str]:
    """Read where an agent comes from."""
    text = (agent / ".copier-answers.yml").read_text()
    return dict(re.findall(r"^(_\w+): (.*)$", text, re.MULTILINE))


def copier(person: Person, *arguments: str | Path, folder: Path | None = None) -> None:
    """Run Copier as a person does."""
    done = person.run(sys.executable, "-m", "copier", *arguments, folder=folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "known_as", "commit"),
    [
        (["./a2a-template.git/", "--checkout=v1.0.0"], HERE, "v1.0.0"),
        ([f"file://{HERE}"], f"file://{HERE}", "v2.0.0"),
        (["gh:org/a2a-template"], "gh:org/a2a-template", "v2.0.0"),
        (["gh:org/a2a-template", "--checkout=v1.0.0"], "gh:org/a2a-template", "v1.0.0"),
    ],
)
def test_update(
    template: Path, person: Person, arguments: list[str], known_as: str, commit: str
) -> None:
    """Wherever the template was taken from, the agent remembers that, and updates from there."""
    known_as, *arguments = (one.format(home=person.home) for one in (known_as, *arguments))
    done = person.cookiecutter(*arguments, *as_arguments(SMALL))
    agent, other = person.agents / "hello-agent", person.home / "other"
    data = [f"--data={name}={answer}" for name, answer in SMALL.items()]
    copier(person, "copy", "--quiet", "--defaults", f"--vcs-ref={commit}", *data, known_as, other)

    assert done.returncode == 0, done.stdout
    assert remembered(agent) == {"_commit": commit, "_src_path": known_as}
    assert tree(agent) == tree(other)

    git(agent, "init", "--quiet")
    git(agent, "add", "--all")
    git(agent, "commit", "--quiet", "--message", "Start")
    release(template, "v3.0.0")
    copier(person, "update", "--quiet", "--defaults", folder=agent)

    assert remembered(agent) == {"_commit": "v3.0.0", "_src_path": known_as}
    assert (agent / "src/hello_agent/__init__.py").read_text() == '"""Of v3.0.0."""\n'


@pytest.mark.parametrize(
    ("typed", "origin", "known_as"),
    [
        ("gh:org/a", "https://github.com/org/a.git", "gh:org/a"),
        ("gl:org/a", "https://gitlab.com/org/a.git", "gl:org/a"),
        ("gh:org/a", "ssh://git.example.com/org/a.git", "ssh://git.example.com/org/a.git"),
        ("bb:org/a", "https://bitbucket.org/org/a", "git+https://bitbucket.org/org/a"),
        ("a", "git@github.com:org/a", "git@github.com:org/a"),
        ("https://github.com/org/a", "https://github.com/org/a", "https://github.com/org/a"),
    ],
)
def test_addresses(typed: str, origin: str, known_as: str) -> None:
    """The short form stays where both programs read the same in it; else Copier gets an address."""

    assert address(typed, origin) == known_as


@pytest.fixture
def copy(template: Path, tmp_path: Path) -> Path:
    """What cookiecutter makes of a template that is a folder."""
    (tmp_path / "copy/.git").mkdir(parents=True)
    for name in ("index", "config"):
        (tmp_path / "copy/.git" / name).write_bytes((template / ".git" / name).read_bytes())
    return tmp_path / "copy"


def test_shell_that_is_elsewhere(
    template: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that starts cookiecutter in another folder may leave the old one in PWD."""
    monkeypatch.setenv("PWD", "/")

    assert template_source(template.name, copy, template.parent / "a/b") == str(template)


def test_folder_that_is_another_one(
    template: Path, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the same name is not taken for it; a relative name is no address either."""
    other = tmp_path / "elsewhere/templates/a2a-template"
    git(tmp_path, "clone", "--quiet", str(template), str(other))
    monkeypatch.setenv("PWD", str(tmp_path / "elsewhere"))

    with pytest.raises(SystemExit, match="give cookiecutter an absolute path"):
        template_source("templates/a2a-template", copy, tmp_path / "agents")
