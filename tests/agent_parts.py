"""What agents' own tests have, for the tests of the template."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parent.parent / "template/tests"
PACKAGE = "agent_tests"


def part(name: str) -> Any:
    """A module of template/tests that is no template itself."""
    if PACKAGE not in sys.modules:
        sys.modules[PACKAGE] = package = ModuleType(PACKAGE)
        package.__path__ = [str(FOLDER)]
    return import_module(f"{PACKAGE}.{name}")
