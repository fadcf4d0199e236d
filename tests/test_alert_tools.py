"""Prometheus' own tool reads the rules, and runs their unit tests."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import Render
from programs import said, tool
from rules import ALERTS, DEPLOY

pytestmark = pytest.mark.lab

FAILED = re.compile(r"alertname: (\w+), time: ")
FAILED_SILENT = re.compile(r"alertname: (\w+), time: \S+\s+exp:\[\]")


def copy_rules(folder: Path) -> Path:
    """Copy rules and unit tests to where they may be changed."""
    return shutil.copytree(DEPLOY / "prometheus", folder / "prometheus")


def unit_test(folder: Path) -> tuple[int, str]:
    """Run all unit tests of a copy."""
    return said(tool("promtool"), "test", "rules", *sorted((folder / "tests").glob("*.yaml")))


@pytest.mark.parametrize("answers", ["default", "everything"])
def test_configuration_is_valid(render: Render, answers: str) -> None:
    """Prometheus takes what an agent is rendered with."""
    config = render(answers) / "deploy/prometheus/prometheus.yaml"
    code, text = said(tool("promtool"), "check", "config", "--lint=all", "--lint-fatal", config)

    assert code == 0, text


def test_rules_are_valid() -> None:
    """No rule is wrong or there twice."""
    files = sorted((DEPLOY / "prometheus/rules").glob("*.yaml"))
    code, text = said(tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal", *files)

    assert code == 0, text


def test_unit_tests_hold(tmp_path: Path) -> None:
    """Each alert fires when it should, with the words it should, and else does not."""
    code, text = unit_test(copy_rules(tmp_path))

    assert code == 0, text


@pytest.mark.parametrize(
    ("expression", "failed"), [("vector(0) > 1", FAILED), ("vector(1)", FAILED_SILENT)]
)
def test_broken_alert_is_seen(tmp_path: Path, expression: str, failed: re.Pattern[str]) -> None:
    """An alert that never fires breaks its test, and so does one that always does."""
    folder = copy_rules(tmp_path)
    file = folder / "rules/alerts.yaml"
    content = yaml.safe_load(file.read_text())
    for rule in (rule for group in content["groups"] for rule in group["rules"]):
        rule["expr"] = expression
    file.write_text(yaml.safe_dump(content))
    _, text = unit_test(folder)

    assert set(failed.findall(text)) == set(ALERTS)


@pytest.mark.parametrize(
    ("budget", "errors", "limits", "broken"),
    [
        ("1 - 0.94", "20", ("5.0", "1.0"), False),
        ("1 - 0.9999", "3", ("30.0", "5.0"), False),
        ("1 - 0", "5", ("10.0", "2.5"), True),
        ("1 - 0.99", "100000", ("10.0", "2.5"), True),
    ],
)
def test_owners_may_change_objectives(
    tmp_path: Path, budget: str, errors: str, limits: tuple[str, str], broken: bool
) -> None:
    """Other numbers break no unit test, unless they allow everything to fail; so they are used."""
    folder = copy_rules(tmp_path)
    file = folder / "rules/objectives.yaml"
    text = re.sub(r"expr: 1 - 0\.\d+", f"expr: {budget}", file.read_text())
    text = text.replace("expr: 5 ", f"expr: {errors} ")
    text = text.replace('le="10.0"', f'le="{limits[0]}"').replace('le="2.5"', f'le="{limits[1]}"')
    file.write_text(text)
    code, output = unit_test(folder)

    assert (code != 0) == broken, output
