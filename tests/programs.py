"""Programs that come with Debian, for the tests that are marked `lab`."""

import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL = "apt-get install --no-install-recommends prometheus prometheus-alertmanager"


def tool(*names: str) -> str:
    """Find a program by one of its names; a lab without it is no lab."""
    for name in names:
        if found := shutil.which(name):
            return found
    return pytest.fail(f"There is no {names[0]} on the path: {INSTALL}", pytrace=False)


def said(*command: str | Path) -> tuple[int, str]:
    """Run a program; return its exit code, and its output and errors as one text."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
