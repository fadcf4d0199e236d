# /// script
# requires-python = ">=3.11"
# dependencies = ["packaging>=24", "pyyaml>=6"]
# ///
"""Names what an update has left to you, and what is broken or stale; it changes nothing.

It ends with 1 if something is to be mended. Each module in `checks` finds one kind of thing.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import checks
from finding import Finding

AGENT = Path(__file__).resolve().parents[2]


def main(words: Sequence[str] | None = None, agent: Path = AGENT) -> int:
    """Print what is found, a line each, and count it."""
    parser = argparse.ArgumentParser(prog="make doctor", description=str(__doc__).split("\n")[0])
    parser.add_argument("--offline", action="store_true", help="leave out what needs the network")
    parser.add_argument("--strict", action="store_true", help="count notices as things to mend")
    parser.add_argument("--json", action="store_true", help="print a list for programs")
    options = parser.parse_args(words)
    found = [finding for one in chosen(options.offline) for finding in examined(one, agent)]
    notices = sum(finding.notice for finding in found)
    if options.json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # file names
        print(*found, count(len(found) - notices, notices), sep="\n")
    return int(len(found) > (0 if options.strict else notices))


def chosen(offline: bool) -> Iterator[Any]:
    """Every module of the package; offline, those that need no network."""
    if offline:
        os.environ["UV_OFFLINE"] = "1"
    for module in iter_modules(checks.__path__):
        check = import_module(f"checks.{module.name}")
        if not (offline and getattr(check, "NEEDS_NETWORK", False)):
            yield check


def examined(check: Any, agent: Path) -> Iterator[Finding]:
    """What a check finds, or why it finds nothing."""
    try:
        yield from check.findings(agent)
    except (OSError, RecursionError, subprocess.SubprocessError) as error:
        name = check.__name__.rpartition(".")[2]
        yield Finding(
            path=f"scripts/doctor/checks/{name}.py",
            what=f"this check has to give up: {error}.",
            todo="Mend that, and run `make doctor` again.",
        )


def count(faults: int, notices: int) -> str:
    """The last line."""
    first = f"{faults or 'Nothing'} {'things ' if faults > 1 else 'thing ' * faults}to mend"
    second = f", {notices} {'notices' if notices > 1 else 'notice'}" if notices else ""
    return f"{first}{second}."


if __name__ == "__main__":
    sys.exit(main())
