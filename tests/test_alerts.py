"""Alerts: each one is tested, explained and made of what the agent emits."""

import re
from typing import Any

import pytest
import yaml
from conftest import ROOT
from rules import ALERTS, RECORDED, RULES, RUNBOOK, headings, rules, unit_tests

METRICS = ROOT / "template/src/{{ package_name }}/observability/metrics/metrics.py"
OBJECTIVES = rules(RULES / "objectives.yaml")
OTHERS = rules(RULES / "recording.yaml") + rules(RULES / "alerts.yaml")
SETTINGS = ROOT / "template/src/{{ package_name }}/settings.py.jinja"

every_alert = pytest.mark.parametrize("name", ALERTS)


def numbers(expressions: list[Any]) -> set[str]:
    """Return the numbers in some expressions, without windows and other durations."""
    text = " ".join(map(str, expressions))
    return set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", text))


def own_numbers() -> set[str]:
    """Return what the objectives promise, as it is written."""
    return numbers([rule["expr"] for rule in OBJECTIVES]) - {"0", "1"}


def emitted() -> set[str]:
    """Return the series of the agent, as its own file of names makes them."""
    text = METRICS.read_text()
    made = re.findall(r'\bmake\.(\w+)\(\s*"(a2a_\w+)"', text)
    parts = {"histogram": ["_bucket", "_count", "_sum"]}
    return {name + part for kind, name in made for part in parts.get(kind, [""])}


def buckets(name: str) -> set[str]:
    """Return the limits of a histogram's buckets, as they are written in its labels."""
    text = METRICS.read_text()
    [limits] = re.findall(rf"^{name} = \((.*)\)$", text, re.MULTILINE)
    return {str(float(limit)) for limit in limits.split(",")}


@every_alert
def test_it_is_tested_both_ways(name: str) -> None:
    """One unit test makes it fire, and one comes near and does not."""

    assert {fires for tested, fires in unit_tests() if tested == name} == {True, False}


def test_no_test_without_alert() -> None:
    """A renamed alert leaves no test behind, which would stay silent for ever."""

    assert {tested for tested, _ in unit_tests()} == set(ALERTS)


@every_alert
def test_it_says_what_people_need(name: str) -> None:
    """How urgent it is, what has happened to whom, and where to read on."""
    labels, annotations = ALERTS[name]["labels"], ALERTS[name]["annotations"]

    assert labels in ({"severity": "page"}, {"severity": "ticket"})
    assert set(annotations) == {"summary", "description", "dashboard", "runbook"}
    assert "{{ $labels.job }}" in annotations["summary"]
    assert annotations["dashboard"] == "/d/a2a-agent?var-agent={{ $labels.job }}"


@every_alert
def test_runbook_has_its_section(name: str) -> None:
    """The link leads to a heading, which is the alert's own name."""
    page, _, anchor = ALERTS[name]["annotations"]["runbook"].partition("#")

    assert page == f"docs/{RUNBOOK.stem}"
    assert anchor == name.lower()
    assert anchor in headings(RUNBOOK.read_text())


def test_runbook_links_within_itself() -> None:
    """Whoever follows a link at night arrives, for each objective as well."""
    text = RUNBOOK.read_text()
    linked = set(re.findall(r"\]\(#([^)]+)\)", text))
    objectives = {rule["labels"]["slo"] for rule in OBJECTIVES if "labels" in rule}

    assert linked | objectives <= headings(text)


def test_runbook_names_settings_that_exist() -> None:
    """Nobody looks for a setting at night that is not there."""
    named = set(re.findall(r"\bA2A_(\w+)", RUNBOOK.read_text()))
    fields = set(re.findall(r"^    (\w+): ", SETTINGS.read_text(), re.MULTILINE))

    assert len(named) > 5
    assert {name.lower() for name in named} <= fields


def test_everything_asked_for_is_there() -> None:
    """Rules and runbook speak of what the agent emits, and of what is recorded."""
    texts = [str(rule["expr"]) for rule in OBJECTIVES + OTHERS] + [RUNBOOK.read_text()]
    named = set(re.findall(r"\ba2a_\w+|\b\w+:\w+:\w+", " ".join(texts)))

    assert len(named) > 15
    assert named <= emitted() | {rule["record"] for rule in RECORDED}


@pytest.mark.parametrize(
    ("slo", "name"), [("latency", "REQUEST_SECONDS"), ("first_event", "FIRST_EVENT_SECONDS")]
)
def test_limits_are_buckets(slo: str, name: str) -> None:
    """Prometheus knows how many calls were quicker than a bucket's limit, and than no other."""
    texts = [str(rule["expr"]) for rule in OBJECTIVES if rule.get("labels") == {"slo": slo}]
    [limit] = re.findall(r'le="([^"]+)"', " ".join(texts))

    assert limit in buckets(name)


def test_objectives_are_in_one_file() -> None:
    """Owners change a number once; alerts and pages have none of their own."""
    budgets = [rule["expr"] for rule in OBJECTIVES if "error_budget" in rule["record"]]
    ratios = numbers(budgets) - {"1"}
    percents = {f"{float(ratio) * 100:g}" for ratio in ratios}

    assert len(ratios) == 3
    assert numbers([rule["expr"] for rule in OTHERS]) & own_numbers() == set()
    assert numbers([RUNBOOK.read_text()]) & (ratios | percents) == set()


def test_every_objective_has_all_of_it() -> None:
    """A budget, its events and its errors: without one of them its alerts are silent."""
    found: dict[str, set[str]] = {}
    for rule in OBJECTIVES:
        if "labels" in rule:
            found.setdefault(rule["labels"]["slo"], set()).add(rule["record"])

    parts = {"slo:error_budget:ratio", "instance_slo:events:sum", "instance_slo:errors:sum"}
    assert found == dict.fromkeys(["availability", "latency", "first_event", "turns"], parts)


def test_windows_are_recorded() -> None:
    """Every window that an alert asks for is recorded, and no other is."""
    asked = set(re.findall(r"job_slo:errors:\w+", yaml.safe_dump(list(ALERTS.values()))))

    assert asked == {rule["record"] for rule in RECORDED if rule["record"].startswith("job_slo")}
