"""Write cookiecutter.json from copier.yml, so that both doors ask the same.

Cookiecutter knows no question with several answers, none that is asked only sometimes, and none
with a default that Copier works out: the hooks read in the private keys which ones those are.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "cookiecutter.json"
FOLDER = "unfinished-agent"
# Answers have no double quote, so nothing in them looks like these.
MARKS = {"block": ('"{%', '%}"'), "comment": ('"{#', '#}"')}

Question = dict[str, Any]


def questions(configuration: Path) -> dict[str, Question]:
    """Return the questions whose answers are stored, in the order in which they are asked."""
    content = yaml.safe_load(configuration.read_text(encoding="utf-8"))
    return {
        name: question
        for name, question in content.items()
        if not name.startswith("_") and question.get("when") is not False
    }


def default(question: Question) -> str | list[str]:
    """Return what cookiecutter offers: a text, or choices of which the first is taken."""
    usual = question["default"]
    if question.get("multiselect"):
        return ", ".join(usual) or "none"
    if "choices" in question:
        return sorted(question["choices"].values(), key=lambda choice: choice != usual)
    return re.sub(r"\{\{ (\w+?)(_slug)? \}\}", r"<\1>", str(usual))


def prompt(question: Question) -> str | dict[str, str]:
    """Return what cookiecutter says when it asks; square brackets would be colours."""
    text = question["help"].replace("[", r"\[")
    choices = {value: label for label, value in question.get("choices", {}).items()}
    if question.get("multiselect"):
        offer = [f"    {value} - {label}" for value, label in choices.items()]
        return "\n".join([text, *offer, "    Write any of them with commas, or none"])
    if choices:
        return {"__prompt__": text, **choices}
    return f"{text} It is left out where nothing needs it." if "ask" in question else text


def content(configuration: Path) -> dict[str, Any]:
    """Return cookiecutter's side of the questions."""
    stored = questions(configuration)
    asked = {name: one for name, one in stored.items() if one.get("ask") is not False}
    offered = {name: default(one) for name, one in asked.items()}
    hidden = {f"_{name}": "" for name in stored if name not in asked}
    derived = {name: offered[name] for name, one in asked.items() if "{{" in str(one["default"])}
    several = {
        name: list(one["choices"].values()) for name, one in asked.items() if one.get("multiselect")
    }
    marks = {
        f"{kind}_{place}_string": mark
        for kind, pair in MARKS.items()
        for place, mark in zip(("start", "end"), pair, strict=True)
    }
    return {
        **offered,
        **hidden,
        "_folder": FOLDER,
        "_derived": derived | hidden,
        "_several": several,
        "_jinja2_env_vars": marks,
        "__prompts__": {name: prompt(one) for name, one in asked.items()},
    }


def text(configuration: Path = ROOT / "copier.yml") -> str:
    """Return cookiecutter.json as it has to be."""
    return json.dumps(content(configuration), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
