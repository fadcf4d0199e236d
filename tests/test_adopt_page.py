"""What `docs/adopt.md` names is there: settings, questions, files, and what programs say."""

import re
import shutil
import sys
from pathlib import Path

import yaml
from adopt_page import BLOCK, CODE, PAGE, codes, rows
from agents import run
from conftest import ROOT, Render


def test_settings_exist(render: Render) -> None:
    """Variables of the page are settings of the agent."""
    known = (render("http") / ".env.example").read_text()
    named = set(re.findall(r"A2A_[A-Z0-9_]+", PAGE))

    assert len(named) > 5
    assert [name for name in named if f" {name}=" not in known] == []


def test_answers_are_questions() -> None:
    """Copier ignores any other, without a word."""
    questions = yaml.safe_load((ROOT / "copier.yml").read_text())
    [(_, _, written)] = [block for block in BLOCK.findall(PAGE) if block[1] == "yaml"]
    told = [code for row in rows("Generate", "answer") for code in CODE.findall(row[0])]

    assert {*yaml.safe_load(written), *told} <= set(questions)


def test_files_exist(render: Render) -> None:
    """What is replaced in an owner's folder is in an agent, and so are the places to move to."""
    agent = render("everything")
    [package] = (agent / "src").iterdir()
    named = [
        code for row in rows("Put back what is yours", "file") for code in CODE.findall(row[0])
    ]
    places = codes(1, r"(agent|tasks)/")

    assert [name for name in named if not [*agent.glob(name)]] == []
    assert {"agent/card.py", "agent/routes.py", "agent/settings.py"} <= set(places)
    assert [place for place in places if not (package / place).exists()] == []


def test_copier_refuses_to_guess(template: Path, tmp_path: Path) -> None:
    """Where nobody can answer, it stops at the first file that is there already."""
    (tmp_path / "README.md").write_text("Ours.\n")
    done = run(tmp_path, sys.executable, "-m", "copier", "copy", "--defaults", str(template), ".")

    assert done.returncode == 1
    assert any(symptom in done.stdout for symptom in symptoms())


def test_make_tells_of_names_that_are_taken(render: Render, tmp_path: Path) -> None:
    """A target of the owner's that the template has too."""
    agent = Path(shutil.copytree(render("http"), tmp_path / "agent"))
    (agent / "own.mk").write_text("test: ## ours\n\t@echo ours\n")

    assert any(symptom in run(agent, "make", "help").stdout for symptom in symptoms())


def symptoms() -> list[str]:
    """Return what programs say, as the page has it."""
    seen = [row[0] for row in rows("When it does not work", "what you see")]
    return [code for text in seen for code in CODE.findall(text) if " " in code]
