"""Runs the programs that a deployment needs, and says what they could not do."""

import subprocess
from collections.abc import Collection, Sequence


class DeploymentError(Exception):
    """Why a deployment does not go on, in words for whoever started it."""


def run(*command: str, good: Collection[int] = (0,)) -> None:
    """Run one for everybody to see; raises DeploymentError unless the exit code is a good one."""
    print("$", *command, flush=True)
    code = _done(command).returncode
    if code not in good:
        raise DeploymentError(f"{' '.join(command)} ended with {code}")


def ask(*command: str) -> str:
    """Return what one prints; raises DeploymentError."""
    done = _done(command, stdout=subprocess.PIPE)
    if done.returncode:
        raise DeploymentError(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout


def _done(command: Sequence[str], *, stdout: int | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, stdout=stdout, text=True, check=False)
    except FileNotFoundError as error:
        raise DeploymentError(f"{command[0]} is not installed on this machine") from error
