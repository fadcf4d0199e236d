"""Print sets of answers, as JSON, in which each two choices of different questions meet once.

Questions with choices join by themselves. The tests and the workflow take their agents from here.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from covertable import make  # type: ignore[import-untyped]  # it has no types
from jinja2 import Environment, StrictUndefined

COPIER = Path(__file__).resolve().parent.parent / "copier.yml"
# Where a name is as short and as long as it may be, lines wrap and tables grow.
NAMES = ["Hello Agent", "Bo", "Thirty letters make a long one"]

Answers = dict[str, Any]
Questions = dict[str, Answers]


def questions(file: Path = COPIER) -> Questions:
    """Return the questions that offer choices and are asked at all."""
    return asked(yaml.safe_load(file.read_text(encoding="utf-8")))


def asked(configuration: Answers) -> Questions:
    """Return those of a configuration."""
    return {
        name: question
        for name, question in configuration.items()
        if not name.startswith("_") and choices(question) and question.get("when") is not False
    }


def choices(question: Answers) -> list[Any]:
    """Return what can be chosen: values, without the words that describe them."""
    if question.get("type") == "bool":
        return [True, False]
    offered = question.get("choices", [])
    return list(offered.values()) if isinstance(offered, dict) else offered


def parts(asked: Questions) -> dict[str, list[Any]]:
    """Return what varies by itself: a question, or each choice of one that takes several."""
    varied: dict[str, list[Any]] = {"agent_name": NAMES}
    for name, question in asked.items():
        if question.get("multiselect"):
            varied |= {f"{name}: {choice}": [True, False] for choice in choices(question)}
        else:
            varied[name] = choices(question)
    return varied


def answer(name: str, question: Answers, row: Answers) -> Any:
    """Return the answer to one question."""
    if question.get("multiselect"):
        return [choice for choice in choices(question) if row[f"{name}: {choice}"]]
    return row[name]


def validity(name: str, question: Answers) -> Answers:
    """Return a constraint: the question's own validator has nothing to say."""
    environment = Environment(undefined=StrictUndefined)  # noqa: S701  # what it says is not HTML
    validator = environment.from_string(question.get("validator", ""))

    def holds(row: Answers) -> bool:
        return not validator.render({name: answer(name, question, row)}).strip()

    return {"operator": "fn", "requires": list(parts({name: question}))[1:], "evaluate": holds}


def matrix(asked: Questions) -> list[Answers]:
    """Return the sets of answers, the same ones in each run."""
    constraints = [validity(name, question) for name, question in asked.items()]
    rows = make(parts(asked), constraints=constraints)
    return [
        {"agent_name": row["agent_name"]}
        | {name: answer(name, question, row) for name, question in asked.items()}
        for row in rows
    ]


def label(answers: Answers) -> str:
    """Name a set of answers by what was chosen; an agent's name comes last."""
    name, *chosen = answers.values()
    words = ["+".join(one) or "-" if isinstance(one, list) else str(one) for one in chosen]
    return f"{' '.join(words)}: {name}"


def main() -> None:
    sets = matrix(questions())
    json.dump([{"label": label(answers), "answers": answers} for answers in sets], sys.stdout)


if __name__ == "__main__":
    main()
