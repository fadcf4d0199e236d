"""The rules of the history checker, each on a short history that somebody has made up."""

import inspect
from collections.abc import Callable

import pytest
from history_checks import RULES, violations
from history_crimes import CRIMES
from history_excuses import EXCUSES
from history_made_up import calm, trouble
from history_records import DATABASE, History


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
