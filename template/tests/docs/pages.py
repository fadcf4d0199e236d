"""The pages that are tested here."""

from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    """What it says; if its owner has deleted it, its tests are skipped."""
    file = DOCS / name
    if not file.exists():
        pytest.skip(f"docs/{name} has been deleted", allow_module_level=True)
    return file.read_text()
