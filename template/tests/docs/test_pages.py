"""Whoever deletes a page has no use for its tests."""

import pytest

from .pages import page


def test_deleted_page_skips_its_tests() -> None:
    """And says so."""

    with pytest.raises(pytest.skip.Exception, match=r"docs/gone\.md has been deleted"):
        page("gone.md")
