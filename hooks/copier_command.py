"""How Copier is started here, if it is new enough."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

CONFIGURATION = Path(__file__).parent.parent / "copier.yml"
ADVICE = "start again with `uvx --with copier cookiecutter …`, or `pip install --upgrade copier`"


def copier_command() -> list[str]:
    """Return the beginning of Copier's command line; say what to do when there is none."""
    needed, old = oldest_version(), ""
    for command, found in candidates(needed):
        if numbers(found) >= numbers(needed):
            return command
        old = old or found
    if old:
        sys.exit(f"Copier {old} is older than {needed}, which this template needs: {ADVICE}.")
    sys.exit(f"Copier, which makes the agent, is not found: {ADVICE}.")


def candidates(needed: str) -> Iterator[tuple[list[str], str]]:
    """Yield what starts Copier, and its version: as a module, as a program, fetched for this run."""
    wanted = f"copier>={needed},<{numbers(needed)[0] + 1}"
    programs = (
        ["copier"],
        ["uvx", "--from", wanted, "copier"],
        ["pipx", "run", "--spec", wanted, "copier"],
    )
    if installed := list(metadata.distributions(name="copier")):
        yield [sys.executable, "-m", "copier"], installed[0].version
    for program, *arguments in programs:
        if path := shutil.which(program):
            yield [path, *arguments], said_version([path, *arguments])


def oldest_version() -> str:
    """Read what copier.yml says about Copier's version."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    found = re.search(r'^_min_copier_version: "([\d.]+)"', text, re.MULTILINE)
    return found[1] if found else "0"


def said_version(command: list[str]) -> str:
    """Ask a command for its version; it is empty when the command does not work."""
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    except OSError:  # a script whose Python is gone
        return ""
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if found and not done.returncode else ""


def numbers(text: str) -> list[int]:
    """Return a version as numbers, which compare as versions do."""
    return [int(number) for number in re.findall(r"\d+", text)]
