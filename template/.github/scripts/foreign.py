"""Runs programs that print what others wrote: GitHub's log takes no command from it."""

import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

AGENT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a program was, and what it said."""

    command: str
    passed: bool
    output: str


def run(*command: str) -> Run:
    """Run a program in the agent's folder, print what it says and return it."""
    said = subprocess.run(
        command,
        cwd=AGENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    name = " ".join(command)
    end = secrets.token_hex(16)
    print(f"::group::{name}\n::stop-commands::{end}")
    print(said.stdout, f"::{end}::\n::endgroup::", sep="\n", flush=True)
    return Run(command=name, passed=said.returncode == 0, output=said.stdout)
