"""The sets of answers that agents are rendered with: named ones, pairs of choices, a sample."""

import os
from typing import Any

import pytest
from answer_sample import sample
from render_matrix import label, matrix, questions
from renders import ANSWERS

SAMPLE_SIZE = 8
SEED = int(os.environ.get("RENDER_SEED", "7"))

NAMED: list[tuple[str, dict[str, Any]]] = [(answers, {}) for answers in ANSWERS]
PAIRS = [("default", chosen) for chosen in matrix(questions())]
SAMPLE = [("default", drawn) for drawn in sample(SEED, SAMPLE_SIZE)]

EVERY = NAMED + PAIRS + SAMPLE
IDS = [
    *ANSWERS,
    *(label(chosen) for _, chosen in PAIRS),
    *(f"RENDER_SEED={SEED}, {number}" for number in range(1, SAMPLE_SIZE + 1)),
]

every_agent = pytest.mark.parametrize(("answers", "chosen"), EVERY, ids=IDS)
# For what named ones do themselves, in environments of their own.
drawn_agents = pytest.mark.parametrize(
    ("answers", "chosen"), EVERY[len(NAMED) :], ids=IDS[len(NAMED) :]
)
