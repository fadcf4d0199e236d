"""What fields may be called by others than us."""

import logging

import pytest
import structlog

from ..output import SERVICE, Configure, Output

logic = logging.getLogger("some.logic")


def test_names_of_ours_stay_ours(output: Output) -> None:
    """Whoever logs the metadata of a message lets its caller choose names."""
    ids = {
        "@timestamp": "yesterday",
        "log.level": "debug",
        "service.name": "another-agent",
        "a2a.task_id": "1",
        "http.request.id": "2",
        "event.action": "request",
        "user": "ada",
        "labels.team": "blue",
    }
    with structlog.contextvars.bound_contextvars(message="bound", **{"user.name": "root"}):
        structlog.get_logger(logic.name).info("got", **ids)
    (line,) = output.lines()

    assert (line["message"], line["log.level"]) == ("got", "info")
    assert SERVICE.items() <= line.items()
    assert line["@timestamp"] != "yesterday"
    assert line.keys() & {"a2a.task_id", "http.request.id", "event.action", "user.name"} == set()
    assert {name: line[name] for name in line if name.startswith("labels.")} == {
        **{f"labels.{name.replace('.', '_')}": ids[name] for name in ids if name != "labels.team"},
        "labels.message": "bound",
        "labels.user_name": "root",
        "labels.team": "blue",
    }


@pytest.mark.parametrize("style", ["json", "console"])
def test_nobody_forges_lines_with_names(configure: Configure, style: str) -> None:
    """Neither in a name, nor with one that means something else in a terminal."""
    output = configure(style=style)
    end = "\n\x1b[2K12:00:00.000 [info     ] FORGED"
    fields = {f"x{end}": 1, "stack": f"FORGED{end}", "exception": "FORGED", "level": "critical"}
    logic.info("Here", extra={**fields, "caller": "root", "y" * 9000: 2, "..": 3})

    assert output.text.count("\n") == 1
    assert output.text.strip().isprintable()
    assert len(output.text) < 1000
    assert "critical" not in output.text[:30]
    assert style == "json" or " caller=" not in output.text
    assert style == "console" or all(".." not in name for name in output.lines()[0])
