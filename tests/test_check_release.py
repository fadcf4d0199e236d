"""What a release may never do, each planted once and seen."""

import subprocess
import sys
from pathlib import Path

import pytest
from changes import Change, Delete, Rename, Replace, Write
from conftest import ROOT, git

pytestmark = pytest.mark.slow

COPIER = """\
_min_copier_version: "9.19.0"
_subdirectory: template
_answers_file: .copier-answers.yml

greeting:
  type: str
  choices:
    Good morning: morning
    Good evening: evening
  default: morning

port:
  type: int
  ask: false
  default: 8000

derived:
  type: bool
  when: false
  default: true

_skip_if_exists:
  - /agent

_message_before_update: Welcome.
"""
CHANGELOG = """\
# Changelog

## [Unreleased]

### Changed

- Agents greet louder.

## [1.0.0] - 2026-11-20

### Removed

- `docs/guide.md` was never there.
"""
FILES = {
    "copier.yml": COPIER,
    "CHANGELOG.md": CHANGELOG,
    "template/.gitignore": "build/\n",
    "template/docs/guide.md": "Read.\n",
    "template/src/{{ package_name }}/old.py": '"""Old."""\n',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small template with one release."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for name, text in FILES.items():
        Write(name, text).make(tmp_path)
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Release")
    commit = git(tmp_path, "rev-parse", "HEAD").strip()
    Write("releases.toml", f'[releases]\n"1.0.0" = "{commit}"\n').make(tmp_path)
    return tmp_path


def check(project: Path, *changes: Change) -> subprocess.CompletedProcess[str]:
    """Run the script as the workflow does."""
    for change in changes:
        change.make(project)
    script = [sys.executable, "scripts/check_release.py", "--folder", str(project)]
    return subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)


def test_own_template_can_be_released() -> None:
    """Nothing in the work tree stands against a release."""
    result = check(ROOT)

    assert (result.returncode, result.stderr) == (0, "")


def question(name: str, default: str = "  default: 1\n") -> Replace:
    """Return a new question."""
    return Replace("copier.yml", "\nport:\n", f"\n{name}:\n  type: int\n{default}\nport:\n")


FINE: list[list[Change]] = [
    [],
    [Write("template/docs/new.md", "New.\n"), question("another")],
    [Write("template/build/left.txt", "It was built here.\n")],
    [Rename("template/docs/guide.md", "template/docs/guide.md.jinja")],
    [Replace("copier.yml", "    Good evening: evening", "    In the evening: evening\n    x: y")],
    [Replace("copier.yml", "derived:\n  type: bool\n  when: false\n  default: true\n", "")],
    [Replace("copier.yml", "default: morning", "default: evening")],
    [Replace("copier.yml", '"9.19.0"', '"9.100.0"')],
]


@pytest.mark.parametrize("changes", FINE)
def test_harmless_changes_are_released(project: Path, changes: list[Change]) -> None:
    """New files and questions, other words, and what agents do not keep."""
    result = check(project, *changes)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Agents of 1.0.0 can follow.\n"


def test_first_release_has_nothing_to_compare_with(project: Path) -> None:
    """The rules that need no release before it hold all the same."""
    first = check(project, Write("releases.toml", "[releases]\n"))
    wrong = check(project, question("another", ""))

    assert first.stdout == "There is no release to compare with.\n"
    assert wrong.stderr.startswith("Give another a default")


def top(line: str) -> Replace:
    """Return a setting at the head of copier.yml."""
    return Replace("copier.yml", "_subdirectory", f"{line}\n_subdirectory")


def leaves_out(greeting: str, file: str) -> str:
    """Return a feature table in which one answer has a file less."""
    return f"""_exclude: ["{{% if greeting == '{greeting}' %}}\\n{file}\\n{{% endif %}}"]"""


REFUSED: dict[str, list[Change]] = {
    "Take _tasks out of copier.yml": [top("_tasks: [ls]")],
    "Take _jinja_extensions out of copier.yml": [top("_jinja_extensions: [x.Y]")],
    "Take _external_data out of copier.yml": [top("_external_data: {a: b.yml}")],
    "Give each entry of _migrations a version": [top("_migrations: [ls]")],
    "Keep the question greeting": [Replace("copier.yml", "greeting:", "salute:")],
    "Keep the question port": [Replace("copier.yml", "  ask: false", "  when: false")],
    "Keep the choice evening of greeting": [
        Replace("copier.yml", "Good evening: evening", "Good evening: night")
    ],
    "Ask a new question instead of changing the type of port": [
        Replace("copier.yml", "type: int", "type: str")
    ],
    "Ask a new question instead of changing the type of greeting": [
        Replace("copier.yml", "  default: morning", "  multiselect: true\n  default: [morning]")
    ],
    "Give greeting a default": [Replace("copier.yml", "  default: morning\n", "")],
    "Keep the default of port": [Replace("copier.yml", "8000", "8001")],
    "Keep _answers_file": [Replace("copier.yml", ".copier-answers.yml", ".answers.yml")],
    "Raise _min_copier_version or keep it": [Replace("copier.yml", "9.19.0", "9.9.0")],
    "Write _skip_if_exists without answers": [
        Replace("copier.yml", "- /agent", '- /agent\n  - "/{{ greeting }}"')
    ],
    "Write _message_before_update without answers": [
        Replace("copier.yml", "Welcome.", "A {{ greeting }} to you.")
    ],
    "Keep /agent in _skip_if_exists": [Replace("copier.yml", "- /agent", "- /own")],
    "Name `docs/guide.md`, or its folder, in backticks in the changelog and in _message_before_update": [
        Delete("template/docs/guide.md")
    ],
    "Name `src/<package>/old.py`, or its folder, in backticks in the changelog and in": [
        Rename("template/src/*/old.py", "template/src/*/new.py")
    ],
    "Name `docs/guide.md`, or its folder, in backticks in the changelog and in _message_before_update: "
    "the feature table newly leaves it out of agents like `evening`, where it stays": [
        top(leaves_out("evening", "/docs"))
    ],
    "Name `src/<package>/old.py`, or its folder, in backticks in the changelog and in "
    "_message_before_update: the feature table newly leaves it out of agents like `morning`": [
        top(leaves_out("morning", "/src/{{ package_name }}/old.py")),
        Replace(
            "copier.yml", "\nport:\n", "\npackage_name: {type: str, default: hello}\n\nport:\n"
        ),
    ],
    "Accept former answers, which an update would replace without a word: Validation error for "
    "question 'greeting': Sleep.": [
        Replace(
            "copier.yml",
            "  default: morning",
            "  default: morning\n  validator: \"{% if greeting == 'evening' %}Sleep.{% endif %}\"",
        )
    ],
    "Take `docs/guide.md` out of template/ or out of its .gitignore": [
        Replace("template/.gitignore", "build/", "docs/*.md")
    ],
}


@pytest.mark.parametrize("objection", REFUSED)
def test_what_a_release_may_never_do(project: Path, objection: str) -> None:
    """One sentence says what to do instead, and why."""
    result = check(project, *REFUSED[objection])

    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(objection)


SAID = Replace("copier.yml", "Welcome.", "What was `docs/guide.md` is `docs/book.md`.")
BARE = Replace("copier.yml", "Welcome.", "What was docs/guide.md is docs/book.md.")
WRITTEN = Replace("CHANGELOG.md", "louder.", "louder, and `docs` has another page.")
CUT = Replace("CHANGELOG.md", "## [Unreleased]", "## [Unreleased]\n\n## [1.1.0] - 2026-12-01")
EMPTY = Replace("CHANGELOG.md", "### Changed\n\n- Agents greet louder.\n\n", "")
LESS = top(leaves_out("morning", "/docs/guide.md"))
GONE = Rename("template/docs/guide.md", "template/docs/book.md")


@pytest.mark.parametrize(
    ("changes", "silent"),
    [
        ([LESS], "in the changelog and in _message_before_update:"),
        ([LESS, SAID, WRITTEN], None),
        ([GONE, SAID, WRITTEN], None),
        ([GONE, SAID, WRITTEN, CUT], None),
        ([GONE, SAID], "in the changelog:"),
        ([GONE, SAID, EMPTY], "in the changelog:"),
        ([GONE, WRITTEN], "in _message_before_update:"),
        ([GONE, BARE, WRITTEN], "in backticks in _message_before_update:"),
    ],
)
def test_file_that_goes_is_announced(
    project: Path, changes: list[Change], silent: str | None
) -> None:
    """By its name or its folder's, in both places; when the section is cut, too."""
    result = check(project, *changes)

    assert result.returncode == (1 if silent else 0)
    assert (silent or "") in result.stderr


def test_pages_list_every_rule() -> None:
    """docs/release.md has a line for each refusal above."""
    page = (ROOT / "docs/release.md").read_text().partition("## What a release may never do")[2]
    rules = [line for line in page.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    words = ["_tasks", "_jinja_extensions", "_external_data", "_migrations", "question", "choice"]
    words += ["type", "default", "_answers_file", "_min_copier_version", "_skip_if_exists"]
    words += ["renamed", "leaves out", ".gitignore", "holds answers"]

    assert [word for word in words if not any(word in rule for rule in rules)] == []
