"""The alerting files of the template, read as data."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT

DEPLOY = ROOT / "template/deploy"
RULES = DEPLOY / "prometheus/rules"
UNIT_TESTS = sorted((DEPLOY / "prometheus/tests").glob("*.yaml"))
RUNBOOK = ROOT / "template/docs/runbook.md.jinja"


def rules(file: Path) -> list[dict[str, Any]]:
    """Return the rules of one file."""
    groups = yaml.safe_load(file.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


ALERTS = {rule["alert"]: rule for rule in rules(RULES / "alerts.yaml")}
RECORDED = [
    rule for file in sorted(RULES.glob("*.yaml")) for rule in rules(file) if "record" in rule
]


def unit_tests() -> Iterator[tuple[str, bool]]:
    """Yield each alert that a unit test names, and whether it fires there."""
    for file in UNIT_TESTS:
        for test in yaml.safe_load(file.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                yield case["alertname"], case["exp_alerts"] != []


def headings(markdown: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    page = re.sub(r"^```.*?^```$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
