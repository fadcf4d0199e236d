"""The answers that agents are rendered with: each two choices meet, and new ones join."""

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml
from answer_sample import sample
from answer_sets import every_agent
from conftest import ROOT, Render
from render_matrix import Answers, choices, matrix, parts, questions

ASKED = questions()
SETS = matrix(ASKED)
IMPOSSIBLE = {(("observability: metrics", False), ("observability: dashboards", True))}


def chosen(answers: Answers) -> dict[str, Any]:
    """Take a set of answers apart: one value for each thing that varies."""
    values = {"agent_name": answers["agent_name"]}
    for name, question in ASKED.items():
        if question.get("multiselect"):
            values |= {f"{name}: {one}": one in answers[name] for one in choices(question)}
        else:
            values[name] = answers[name]
    return values


WANTED = {
    ((one, first), (other, second))
    for (one, some), (other, others) in combinations(parts(ASKED).items(), 2)
    for first in some
    for second in others
}


def missing(sets: list[Answers]) -> set[Any]:
    """Return the pairs of choices that no set of answers has together."""
    return WANTED - {pair for answers in sets for pair in combinations(chosen(answers).items(), 2)}


def test_each_two_choices_meet() -> None:
    """All but those that the questions themselves refuse."""

    assert missing(SETS) == IMPOSSIBLE


def test_no_set_is_spare() -> None:
    """Without any one of them, choices would not meet: the check above is not blind."""
    without = [[one for one in SETS if one != left_out] for left_out in SETS]

    assert [sets for sets in without if missing(sets) == IMPOSSIBLE] == []


@every_agent
def test_copier_takes_the_answers(render: Render, answers: str, chosen: Answers) -> None:
    """Each is valid, and each is an answer to a question that is asked."""
    agent = render(answers, **chosen)
    stored = yaml.safe_load((agent / ".copier-answers.yml").read_text())
    kept = {name: value for name, value in chosen.items() if name in stored}

    assert stored.items() >= kept.items()
    assert chosen.keys() - kept.keys() <= {"grpc_port", "image"}  # they are not always asked


def test_names_are_short_and_long() -> None:
    """Two letters and thirty are the bounds of what a name may become."""
    lengths = {len(answers["agent_name"]) for answers in SETS}

    assert {2, 30} <= lengths


def test_new_questions_join(tmp_path: Path) -> None:
    """Whoever adds a question with choices has no list to remember."""
    file = tmp_path / "copier.yml"
    added = {
        "queue": {"type": "str", "choices": ["none", "nats"]},
        "addons": {"type": "str", "multiselect": True, "choices": {"Peers": "peers"}},
        "is_public": {"type": "bool"},
        "derived": {"type": "bool", "when": False},
        "free": {"type": "str"},
    }
    file.write_text(yaml.safe_dump(added))
    sets = matrix(questions(file))

    assert {answers["queue"] for answers in sets} == {"none", "nats"}
    assert [] in [answers["addons"] for answers in sets]
    assert ["peers"] in [answers["addons"] for answers in sets]
    assert {answers["is_public"] for answers in sets} == {True, False}
    assert all(answers.keys() == {"agent_name", "queue", "addons", "is_public"} for answers in sets)


def test_script_prints_what_the_workflow_reads() -> None:
    """One line of JSON: jobs with names of their own, and the same sets as here."""
    script = [sys.executable, "scripts/render_matrix.py"]
    printed = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    agents = json.loads(printed)

    assert "\n" not in printed
    assert [agent["answers"] for agent in agents] == SETS
    assert len({agent["label"] for agent in agents}) == len(SETS)


def test_sample_is_drawn_again_from_its_seed() -> None:
    """Whoever reads of a failure can have the same answers, and others as well."""

    assert sample(7, 3) == sample(7, 3)
    assert sample(7, 3) != sample(8, 3)


def test_sample_draws_every_answer() -> None:
    """A question that is added is drawn for as well."""
    asked = yaml.safe_load((ROOT / "copier.yml").read_text())
    stored = {
        name
        for name, question in asked.items()
        if not name.startswith("_") and question.get("when") is not False
    }

    assert set().union(*sample(7, 20)) == stored
