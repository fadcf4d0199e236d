"""A bad answer is refused with one sentence, or arrives unchanged wherever it is written; nothing else."""

import re
from typing import Any

import pytest
import yaml
from answer_places import NAME_PLACES, TEXT_PLACES, answer
from bad_answers import KEPT, KEPT_NAMES, NAMES, PORTS, REFUSED, REFUSED_NAMES, TEXTS
from conftest import ROOT, Render, read_answers
from rendered_files import files, parse, ruff

# The fewest files that hold every text.
SMALL: dict[str, Any] = {"deployment": ["compose"], "license": "MIT"}
SENTENCE = re.compile(r"[A-Z][^\n]*\.")


def refusal(render: Render, question: str, value: Any) -> str:
    """Return the sentence that refuses an answer, which leaves nothing behind."""
    given = read_answers("default") | {question: value}
    with pytest.raises(ValueError, match=f"'{question}'") as refused:
        render(**given)

    assert not render.place(given).exists()
    return str(refused.value).partition(": ")[2]


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_refused_text(render: Render, text: str) -> None:
    """Nobody can read it, or it would end the string that it is in."""
    said = [refusal(render, question, text) for question in (*TEXTS, *NAMES)]

    assert [sentence for sentence in said if not SENTENCE.fullmatch(sentence)] == []


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_text_is_no_name(render: Render, text: str) -> None:
    """What people read may hold it; what machines read may not."""
    said = [refusal(render, question, text) for question in NAMES]

    assert [sentence for sentence in said if not SENTENCE.fullmatch(sentence)] == []


@pytest.mark.parametrize(("question", "value"), REFUSED_NAMES)
def test_refused_name(render: Render, question: str, value: Any) -> None:
    """The sentence says of which answer it speaks, or names what is allowed."""

    assert SENTENCE.fullmatch(refusal(render, question, value))


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_kept_text(render: Render, text: str) -> None:
    """Files parse, the agent's own rules hold, and every place says what was answered."""
    agent = render("minimal", **SMALL, **dict.fromkeys(TEXTS, text))
    arrived = {
        (question, name): read(agent)
        for question, places in TEXT_PLACES.items()
        for name, read in places.items()
    }

    assert [answer(agent, question) for question in TEXTS] == [text] * len(TEXTS)
    assert arrived == dict.fromkeys(arrived, text)
    assert [name for name, content in files(agent) if parse(name, content)] != []
    assert ruff(agent) == ""


@pytest.mark.parametrize("names", KEPT_NAMES, ids=repr)
def test_kept_names(render: Render, names: dict[str, Any]) -> None:
    """As short, as long and as odd as they may be, names and ports are where they belong."""
    agent = render(**names)
    wrong = [
        (question, read(agent))
        for question, value in names.items()
        for read in NAME_PLACES[question]
        if read(agent) != value
    ]

    assert wrong == []
    assert [name for name, content in files(agent) if parse(name, content)] != []
    assert ruff(agent) == ""


@pytest.mark.parametrize("question", TEXTS)
def test_places_are_all_places(question: str) -> None:
    """A file that begins to hold an answer is read back by the tests above."""
    uses = re.compile(rf"\{{\{{[^}}]*\b{question}(_in_markdown)?\b")
    template = ROOT / "template"
    names = {
        str(path.relative_to(template)).removesuffix(".jinja")
        for path in template.rglob("*.jinja")
        if uses.search(path.read_text())
    }
    licences = [path for path in (ROOT / "licenses").iterdir() if uses.search(path.read_text())]
    names |= {"LICENSE"} if licences else set()

    assert names == set(TEXT_PLACES[question])


def test_every_free_answer_is_tried() -> None:
    """Whoever adds a question without choices is told to try bad answers on it."""
    questions = yaml.safe_load((ROOT / "copier.yml").read_text())
    free = {
        name
        for name, question in questions.items()
        if not name.startswith("_")
        and question.get("when") is not False
        and "choices" not in question
        and question["type"] != "bool"
    }

    assert free == {*TEXTS, *NAMES, *PORTS}
