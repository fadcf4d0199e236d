"""Migrations run for owners who cross their version and trust the template, and for nobody else."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from changes import Change, Replace, Write
from conftest import ROOT, git
from release_migrations import migrations
from releases import releases
from update_lab import WORK_TREE, Lab

pytestmark = pytest.mark.slow

pytest_plugins = ["update_fixtures"]

CONFIGURATION = yaml.safe_load((ROOT / "copier.yml").read_text())
RENAMES = """\
from pathlib import Path

file = Path("own.mk")
file.write_text(file.read_text().replace("A2A_OLD", "A2A_NEW"))
"""
ENTRY = """
_migrations:
  - version: 1000.0.0
    when: "{{ _stage == 'after' }}"
    command: ["{{ _copier_python }}", "{{ _copier_conf.src_path }}/migrations/rename.py"]
"""


@dataclass(frozen=True)
class Case:
    """What an owner has before an update that crosses the version, and afterwards."""

    before: Write
    after: str
    planted: tuple[Change, ...] = ()


# Each migration of copier.yml has its case here, by its version.
CASES: dict[str, Case] = {}
PLANTED = Case(
    Write("own.mk", "export A2A_OLD = 1\n"),
    "export A2A_NEW = 1\n",
    (
        Replace("copier.yml", "\n# 4 · Messages\n", f"{ENTRY}\n# 4 · Messages\n"),
        Write("migrations/rename.py", RENAMES),
    ),
)


def copier(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Copier's command line, with nobody there to answer a question."""
    command = [sys.executable, "-m", "copier", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_each_migration_has_a_case() -> None:
    """None is shipped that has not been tried both ways."""
    found = [str(entry["version"]) for entry in CONFIGURATION.get("_migrations", [])]

    assert found == list(CASES)
    assert list(migrations(CONFIGURATION, releases())) == []


@pytest.fixture(params=[PLANTED, *CASES.values()], ids=["planted", *CASES])
def case(request: pytest.FixtureRequest) -> Case:
    """A migration, and what it does."""
    found: Case = request.param
    return found


def test_update_that_crosses_it_asks_for_trust(lab: Lab, case: Case) -> None:
    """Without, one sentence and no change; with, it is done."""
    version = lab.release(*case.planted)
    agent = lab.edited(lab.copy(WORK_TREE, {}), case.before)
    update = ("update", "--defaults", "--vcs-ref", version)
    refused = copier(*update, cwd=agent)
    untouched = git(agent, "status", "--porcelain")
    done = copier(*update, "--trust", cwd=agent)

    assert refused.returncode == 4
    assert "migrations" in refused.stderr
    assert "--trust" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert untouched == ""
    assert done.returncode == 0, done.stderr
    assert (agent / case.before.file).read_text() == case.after


def test_nobody_else_is_asked(lab: Lab, case: Case) -> None:
    """A copy, and an update from the version of the migration on, run nothing."""
    first = lab.release(*case.planted)
    agent = lab.edited(lab.copy(first, {}), case.before)
    second = lab.release(Write("template/docs/more.md", "More.\n"), after=first)
    done = copier("update", "--defaults", "--vcs-ref", second, cwd=agent)

    assert done.returncode == 0, done.stderr
    assert (agent / "docs/more.md").exists()
    assert (agent / case.before.file).read_text() == case.before.text


VALID = {"version": "2.0.0", "when": "{{ _stage == 'after' }}", "command": ["python", "m.py"]}


@pytest.mark.parametrize(
    ("entry", "objection"),
    [
        ("rm old", "Give each entry of _migrations a version"),
        ({"command": "rm old"}, "Give each entry of _migrations a version"),
        (VALID | {"version": "2"}, "Write the version of a migration as X.Y.Z: 2 is not one."),
        (VALID | {"version": "1.5.0"}, "Raise the version of the migration 1.5.0"),
        ({"version": "2.0.0", "after": ["rm old"]}, "Give the migration 2.0.0 a `command` and"),
        (VALID | {"command": "pip install x"}, "Let the migration 2.0.0 do without the network"),
    ],
)
def test_wrong_migration_is_refused(entry: object, objection: str) -> None:
    """It would ask everybody for trust, run for nobody, or need what is not there."""
    said = list(migrations({"_migrations": [entry]}, ["1.0.0", "1.6.0"]))

    assert len(said) == 1
    assert said[0].startswith(objection)


@pytest.mark.parametrize("version", ["1.0.0", "1.6.0", "2.0.0"])
def test_version_that_was_or_will_be_released_is_fine(version: str) -> None:
    """One stays for owners who come from before it."""

    assert (
        list(migrations({"_migrations": [VALID | {"version": version}]}, ["1.0.0", "1.6.0"])) == []
    )
