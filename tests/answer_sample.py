"""Answers drawn at random: legal, but nobody would think of them."""

import random
import re
import string
from typing import Any

from render_matrix import Answers, answer, parts, questions, validity

ASKED = questions()
RULES = [validity(name, question)["evaluate"] for name, question in ASKED.items()]
FOREIGN = "".join(filter(str.isprintable, map(chr, range(0xA0, 0x20000))))
ALPHABETS = (string.ascii_letters + " ", re.sub(r'["\\]', "", string.punctuation), FOREIGN)
HOSTS = ("localhost", "ghcr.io", "registry:5000", "a-1.example.com:443")


def sample(seed: int, size: int) -> list[Answers]:
    """Draw sets of answers; the same seed gives the same ones."""
    dice = random.Random(seed)  # noqa: S311  # nothing is secret
    return [{**choices(dice), **texts(dice), **names(dice), **ports(dice)} for _ in range(size)]


def choices(dice: random.Random) -> Answers:
    """Draw choices, again and again until they go together."""
    while True:
        row = {name: dice.choice(values) for name, values in parts(ASKED).items()}
        if all(holds(row) for holds in RULES):
            return {name: answer(name, question, row) for name, question in ASKED.items()}


def texts(dice: random.Random) -> Answers:
    """Draw what is written for people, up to the length that it may have."""
    lengths = {"agent_name": 60, "description": 160, "organization": 60}
    return {name: text(dice, dice.randint(1, length)) for name, length in lengths.items()}


def text(dice: random.Random, length: int) -> str:
    """Draw a text of letters, signs and whatever else can be printed."""
    drawn = "".join(dice.choice(dice.choice(ALPHABETS)) for _ in range(length))
    without_tags = re.sub(r"\{(?=[{%#])", "(", drawn)  # which would look left over
    return without_tags.strip() or "-"


def names(dice: random.Random) -> Answers:
    """Draw what machines read; now and then a name follows from another answer."""
    drawn: dict[str, Any] = {
        "agent_slug": "-".join(words(dice)),
        "package_name": "_".join(words(dice)),
        "image": "/".join([dice.choice(HOSTS), *words(dice)]),
    }
    return {name: value for name, value in drawn.items() if dice.random() < 0.75}


def words(dice: random.Random) -> list[str]:
    """Draw up to three words that make a name of 2 to 30 characters together."""
    letters = string.ascii_lowercase + string.digits
    return [
        dice.choice(string.ascii_lowercase) + "".join(dice.choices(letters, k=dice.randint(1, 8)))
        for _ in range(dice.randint(1, 3))
    ]


def ports(dice: random.Random) -> Answers:
    """Draw three ports that differ."""
    drawn = dice.sample(range(1024, 65536), k=3)
    return dict(zip(("http_port", "grpc_port", "ops_port"), drawn, strict=True))
