"""What others add to a line: its values, and how much of it there is."""

import logging
from pathlib import Path

import pytest

from ..output import Configure, Output

logic = logging.getLogger("some.logic")

SAID = "my cat is called Schroedinger"


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize(
    "end", ["\n", "\r\n", "\x1b[2K\r", "\x0b", "\x85", "\u2028", "\udc80", "\x00", "\u202e"]
)
def test_nobody_forges_lines(configure: Configure, style: str, end: str) -> None:
    """Neither in a message, nor in a field, nor in an exception."""
    output = configure(style=style)
    forged = f"x{end}FORGED{end}"
    logic.info("%s", forged, extra={"field": forged, "list": [forged]})
    try:
        raise ValueError(forged)
    except ValueError:
        logic.exception("It failed")
    lines = output.text.split("\n")

    assert not [line for line in lines if line.strip().startswith("FORGED")]
    assert all(line.startswith("    ") for line in lines[3:-1])
    assert all(line.isprintable() for line in lines)
    assert style == "console" or len(lines) == 3
    assert style == "console" or "\\nFORGED" not in output.text.replace("\\\\n", "")


class Mute:
    """Has nothing to say for itself, but tells in the exception what it is."""

    def __str__(self) -> str:
        raise ValueError(SAID)


def test_what_cannot_be_told_does_not_cost_the_line(configure: Configure) -> None:
    """logging itself would print the values, and no JSON."""
    output = configure()
    logic.info("%d items", SAID, extra={"city": "Berlin", "mute": Mute()})
    logic.info("%s", Mute())
    several, one = output.lines()

    assert several["message"] == "%d items (TypeError in its values)"
    assert (several["city"], several["mute"]) == ("Berlin", "(ValueError in its text)")
    assert one["message"] == "%s (ValueError in its values)"
    assert SAID not in output.text


@pytest.mark.parametrize("name", ["password", "api_key", "Authorization", "session_token"])
def test_fields_that_are_named_like_secrets_are_none_to_read(output: Output, name: str) -> None:
    """Whatever they look like; a number of tokens is no secret."""
    logic.info("Logged in", extra={name: "hunter2", "prompt_tokens": 42})
    [line] = output.lines()

    assert (line[name], line["prompt_tokens"]) == ("[redacted]", 42)


def test_odd_values_are_written(output: Output) -> None:
    """JSON knows neither NaN nor objects, and pipes no endless lines."""
    logic.info(
        "x" * 100_000, extra={"nan": float("nan"), "path": Path("a"), "yes": True, "no": None}
    )
    (line,) = output.lines()

    assert (line["nan"], line["path"], line["yes"]) == ("nan", "a", True)
    assert "no" not in line
    assert len(output.text) < 16_000


@pytest.mark.parametrize("style", ["json", "console"])
def test_lines_fit_into_what_container_runtimes_take(configure: Configure, style: str) -> None:
    """The largest fields go first, and ours stay; an emoji takes twelve characters in JSON."""
    output = configure(style=style)
    fields = {"city": "Berlin", "large": "🙂" * 2000, **{f"part{n}": "x" * 900 for n in range(20)}}
    logic.info("Looking it up", extra=fields)
    first = len(output.text)
    logic.error("🙂" * 9000, exc_info=ValueError("🙂" * 9000), extra=fields)

    assert 10_000 < first < 16_000
    assert len(output.text) - first < 16_001
    assert "Berlin" in output.text
    assert "part0" in output.text
    assert "large" not in output.text
    assert "ValueError" in output.text[first:]


def test_the_way_to_a_line_is_kept(output: Output) -> None:
    """`stack_info` says who has called, with an exception and without."""
    logic.info("Here", stack_info=True)
    logic.error("Here", stack_info=True, exc_info=ValueError("broken"))
    info, error = output.lines()

    assert "in test_the_way_to_a_line_is_kept" in info["error.stack_trace"]
    assert "in test_the_way_to_a_line_is_kept" in error["error.stack_trace"]
    assert error["error.stack_trace"].endswith("ValueError: broken")
