"""What nobody else checks, the API server included: that the objects fit together."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from objects import Build
from patches import in_vain

CHECKS = [import_module(file.stem) for file in sorted(Path(__file__).parent.glob("check_*.py"))]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_objects_fit_together(built: Build, check: ModuleType) -> None:
    """Each file check_*.py beside this one says what it looks at."""

    assert list(check.faults(built)) == []


def test_every_change_has_an_effect(agent: Path, overlays: list[str]) -> None:
    """A patch whose target does not exist is no error to kustomize."""

    assert list(in_vain(agent, overlays)) == []
