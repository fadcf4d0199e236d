"""cookiecutter.json asks what copier.yml asks."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from write_cookiecutter import TARGET, questions, text

STORED = questions(ROOT / "copier.yml")
ASKED = {name: one for name, one in STORED.items() if one.get("ask") is not False}
WRITTEN: dict[str, Any] = json.loads(TARGET.read_text(encoding="utf-8"))


def test_file_is_up_to_date() -> None:
    """`uv run python scripts/write_cookiecutter.py` writes it."""

    assert TARGET.read_text(encoding="utf-8") == text()


def test_same_questions_in_the_same_order() -> None:
    """What is asked has its name; what is not asked can be given, with an underscore before it."""
    hidden = [f"_{name}" for name in STORED if name not in ASKED]

    assert [name for name in WRITTEN if not name.startswith("_")] == list(ASKED)
    assert list(WRITTEN)[len(ASKED) : len(STORED)] == hidden
    assert {WRITTEN["_derived"][name] for name in hidden} == {""}


@pytest.mark.parametrize("name", ASKED)
def test_same_words(name: str) -> None:
    """Help, choices and what they are called are Copier's."""
    question, prompt = ASKED[name], json.dumps(WRITTEN["__prompts__"][name], ensure_ascii=False)
    words = [question["help"], *question.get("choices", {})]

    assert [one for one in words if one not in prompt] == []


@pytest.mark.parametrize("name", ASKED)
def test_same_defaults(name: str) -> None:
    """Enter gives what it gives with Copier."""
    question, offered = ASKED[name], WRITTEN[name]
    if isinstance(offered, list):
        offered, choices = offered[0], offered
        assert sorted(choices) == sorted(question["choices"].values())
    if name in WRITTEN["_several"]:
        offered = offered.split(", ")
        assert WRITTEN["_several"][name] == list(question["choices"].values())
    if name in WRITTEN["_derived"]:
        assert re.sub("<.*?>", "", offered) == re.sub("{{.*?}}", "", question["default"])
    else:
        assert offered == question["default"]


@pytest.mark.parametrize(
    "planted",
    [
        {"colour": {"type": "str", "help": "Which colour?", "default": "red"}},
        {"ci": ASKED["ci"] | {"default": "none"}},
        {"ci": ASKED["ci"] | {"help": "Who?"}},
        {"license": ASKED["license"] | {"choices": {"MIT": "MIT", "Apache-2.0": "Apache-2.0"}}},
        {"task_store": {"type": "str", "when": False, "default": "sqlite"}},
        {"http_port": {"type": "int", "help": "Which port?", "default": 8000}},
    ],
)
def test_planted_question_is_seen(tmp_path: Path, planted: dict[str, Any]) -> None:
    """A question that is new, gone, changed or asked from now on makes the file an old one."""
    configuration = yaml.safe_load((ROOT / "copier.yml").read_text())
    changed = tmp_path / "copier.yml"
    changed.write_text(yaml.safe_dump(configuration, sort_keys=False))
    same = text(changed)
    changed.write_text(yaml.safe_dump(configuration | planted, sort_keys=False))

    assert same == text()
    assert text(changed) != text()
