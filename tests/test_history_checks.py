"""The rules of the history checker, each on a short history that somebody has made up."""

import inspect
from collections.abc import Callable

import pytest
from history_checks import RULES, violations
from history_crimes import CRIMES
from history_excuses import EXCUSES
from history_made_up import call, calm, run, sight, trouble
from history_records import DATABASE, History
from history_recovery import forget


def test_nothing_is_wrong_with_a_calm_history() -> None:
    """Else the tests below would find what is always there."""
    assert violations(calm()) == []


@pytest.mark.parametrize("crime", CRIMES, ids=lambda crime: crime.__name__)
def test_a_wrong_history_is_found_out(crime: Callable[[History], None]) -> None:
    """Each wrong breaks the rule that is meant for it."""
    history = calm()
    crime(history)

    assert CRIMES[crime] in {found.rule for found in violations(history)}


def test_every_rule_can_be_broken() -> None:
    """A rule that nothing above breaks could not fail."""
    assert {rule.__name__ for rule in RULES} == set(CRIMES.values())
    assert all(inspect.getdoc(rule) for rule in RULES)


@pytest.mark.parametrize("excuse", EXCUSES, ids=lambda excuse: excuse.__name__)
def test_what_a_fault_excuses_is_not_held_against_anybody(
    excuse: Callable[[History], None],
) -> None:
    """What cannot be promised is not asked for."""
    history = calm()
    excuse(history)

    assert violations(history) == []


@pytest.mark.parametrize(("began", "ended"), [(4.0, 5.5), (5.2, 5.5), (5.9, 7.0), (8.0, 9.0)])
def test_what_a_backup_need_not_know_is_not_asked_for(began: float, ended: float) -> None:
    """What was not over when it was begun may be lost."""
    history = calm()
    times = {"began": began, "ended": ended}
    history.calls.append(call(message_id="n", told_task="u", **times))
    history.sights.append(sight(task_id="u", heard=("n",), **times))
    history.runs.append(run(run="2", message_id="n", task_id="u", **times))
    forget(history, saving=5.0, saved=6.0)

    assert violations(history) == []


def test_what_a_backup_has_to_know_is_asked_for() -> None:
    """What was acknowledged before it was begun."""
    history = calm()
    history.final.clear()
    forget(history, saving=5.0, saved=6.0)

    assert "lost_messages" in {found.rule for found in violations(history)}


def test_trouble_is_counted_once_where_it_overlaps() -> None:
    """A frozen replica of a frozen database is as troubled as can be, and no more."""
    history = calm()
    history.troubles = [
        trouble("freeze", began=0.0, ended=4.0),
        trouble("freeze", DATABASE, 2.0, 6.0),
    ]

    assert history.troubled_seconds("a", 1.0, 10.0) == 5.0
    assert history.troubled_seconds("b", 1.0, 10.0) == 4.0
    assert history.troubled_seconds("a", 7.0, 10.0) == 0.0
