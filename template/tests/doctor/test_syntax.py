"""What a reader of TOML, YAML, JSON or Python refuses is named with its line."""

from pathlib import Path

import pytest

import yaml_text
from checks.syntax import findings


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("a.toml", "[a]\nb =\n", "a.toml:2: this is not valid TOML: Invalid value."),
        ("a.toml", "a =", "a.toml: this is not valid TOML: Invalid value."),
        ("uv.lock", "a = 1\na = 2\n", "uv.lock:2: this is not valid TOML: Cannot overwrite"),
        ("a.yaml", "a: 1\nb: [\n", "a.yaml:3: this is not valid YAML: did not find expected node"),
        ("a.yml", "---\na: 1\n---\nb:\n  - c: 1\n    c: 2\n", "a.yml:6: this is not valid YAML: "),
        ("a.yaml", "a: \u0007\n", "a.yaml: this is not valid YAML: "),
        ("a.json", '{"a": 1\n "b": 2}\n', "a.json:2: this is not valid JSON: Expecting ','"),
        ("src/a.py", "def a():\npass\n", "src/a.py:2: this is not valid Python: expected an"),
        ("a.pyi", "return 1\n", "a.pyi:1: this is not valid Python: 'return' outside function."),
    ],
)
def test_unreadable_file_is_named(tmp_path: Path, name: str, text: str, fault: str) -> None:
    """Nothing that reads it would get further."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    [found] = findings(tmp_path)

    assert str(found).startswith(fault)
    assert not found.notice


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "a: &x {b: 1}\nc: {<<: *x, d: !Ref e}\n---\na: 2\n"),
        ("a.yaml", "a: &x [*x]\n"),
        (".vscode/settings.json", "{// a comment\n}"),
        ("chart/templates/service.yaml", "{{- if .Values.service }}\n"),
        ("a.py", "a = '\\d'  # warns\n"),
        ("a.md", "a: [\n"),
    ],
)
def test_other_languages_are_left_alone(tmp_path: Path, name: str, text: str) -> None:
    """Tags, anchors and documents of YAML are none of our business, nor are look-alikes."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)

    assert list(findings(tmp_path)) == []


def test_conflict_is_not_named_twice(tmp_path: Path) -> None:
    """Whoever decides it sees by the next run whether the file is sound."""
    (tmp_path / "a.toml").write_text(
        "{}\na = 1\n{}\na = 2\n{}\n".format(*(mark * 7 for mark in "<=>"))
    )

    assert list(findings(tmp_path)) == []


def test_missing_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a network gets the other checks, and hears what it does not get."""
    monkeypatch.setattr(yaml_text, "MISSING", True)
    (tmp_path / "a.yaml").write_text("a: [\n")
    [found] = findings(tmp_path)

    assert found.notice
    assert "no YAML was read" in str(found)
