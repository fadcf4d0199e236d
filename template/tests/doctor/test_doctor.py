"""The command: a line for each thing, a count, and an exit code for pipelines."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import doctor
from finding import Finding

FAULT = Finding(path="a.py", line=3, what="this is\nwrong.", todo="Mend it.")
NOTICE = Finding(path="b", what="this is new.", todo="Look at it.", notice=True)


Doctor = Callable[..., tuple[int, str]]


@pytest.fixture
def examine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """The exit code and the output when a check finds what is given."""

    def examine(*found: Finding, words: str = "") -> tuple[int, str]:
        check = SimpleNamespace(__name__="checks.own", findings=lambda _: iter(found))
        monkeypatch.setattr(doctor, "chosen", lambda _: [check])
        return doctor.main(words.split()), capsys.readouterr().out

    return examine


@pytest.mark.parametrize(
    ("found", "codes", "last"),
    [
        ([], (0, 0), "Nothing to mend."),
        ([NOTICE], (0, 1), "Nothing to mend, 1 notice."),
        ([FAULT], (1, 1), "1 thing to mend."),
        ([FAULT, NOTICE, FAULT, NOTICE], (1, 1), "2 things to mend, 2 notices."),
    ],
)
def test_exit_code_and_count(
    examine: Doctor, found: list[Finding], codes: tuple[int, int], last: str
) -> None:
    """A notice alone fails nothing, unless somebody wants it to."""
    usual, severe = examine(*found), examine(*found, words="--strict")

    assert (usual[0], severe[0]) == codes
    assert usual[1].splitlines()[-1] == last


def test_each_finding_is_one_line(examine: Doctor) -> None:
    """As compilers write them; the first line says the first thing."""
    _, text = examine(FAULT, NOTICE)

    assert text.splitlines()[:2] == [
        "a.py:3: this is wrong. Mend it.",
        "b: notice: this is new. Look at it.",
    ]


def test_programs_get_the_same(examine: Doctor) -> None:
    """As JSON, with the same exit code."""
    code, text = examine(FAULT, words="--json")

    assert code == 1
    assert [Finding(**one) for one in json.loads(text)] == [FAULT]


def test_check_that_gives_up_is_named(tmp_path: Path) -> None:
    """The others still run, and nobody takes silence for health."""

    def findings(agent: Path) -> Iterator[Finding]:
        yield FAULT
        raise PermissionError(13, "Permission denied", str(agent))

    check = SimpleNamespace(__name__="checks.own", findings=findings)
    first, second = doctor.examined(check, tmp_path)

    assert first == FAULT
    assert "has to give up: [Errno 13] Permission denied" in str(second)


def test_every_check_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new module joins by itself; offline, nothing asks the network."""
    monkeypatch.setenv("UV_OFFLINE", "")
    modules = {file.stem for file in (Path(doctor.__file__).parent / "checks").glob("[!_]*.py")}
    usual, offline = ([one.__name__ for one in doctor.chosen(only)] for only in (False, True))

    assert set(usual) == {f"checks.{name}" for name in modules}
    assert set(usual) - set(offline) == {"checks.template_version"}
