"""Runs git, Copier, uv and gh: bounded in time, asking nobody, and saying no credential."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

TOKENS = ("GH_TOKEN", "GITHUB_TOKEN")
WHY = re.compile(r"^(?:fatal|error|remote|ERROR)\b:? *|^ *! +", re.MULTILINE)
# An agent's repository may hold a link to any file of this machine, and git may have hooks for all
# repositories: neither is followed.
GIT = (("core.symlinks", "false"), ("core.hooksPath", os.devnull))


class FleetError(Exception):
    """What went wrong, in one sentence that everybody may read."""


def clean(text: str) -> str:
    """Leave out credentials, in addresses and by their value, and what is no text."""
    text = re.sub(r"(\w://)[^/\s]*@", r"\1", text)
    for token in filter(None, map(os.environ.get, TOKENS)):
        text = text.replace(token, "***")
    return "".join(one if one.isprintable() or one == "\n" else " " for one in text)


def environment(settings: Sequence[tuple[str, str]] = (), *, tokens: bool = True) -> dict[str, str]:
    """Return an environment in which nothing asks, with more settings for git."""
    kept = {name: value for name, value in os.environ.items() if tokens or name not in TOKENS}
    first = int(kept.get("GIT_CONFIG_COUNT", 0))
    settings = [*GIT, *settings]
    for number, (key, value) in enumerate(settings, first):
        kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes"} | kept | {
        "GIT_CONFIG_COUNT": str(first + len(settings)),
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
    }  # fmt: skip


def run(
    *command: str,
    folder: Path | None = None,
    text: str = "",
    seconds: float = 120,
    variables: Mapping[str, str] | None = None,
    good: Sequence[int] = (0,),
) -> str:
    """Run a program and return what it prints; FleetError says why it could not be done."""
    if not shutil.which(command[0]):
        raise FleetError(f"{command[0]} is not installed.")
    with subprocess.Popen(
        command,
        cwd=folder,
        env=variables or environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        start_new_session=True,
    ) as process:
        try:
            printed, complaints = process.communicate(text, seconds)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)  # what it has started, too
            if isinstance(error, subprocess.TimeoutExpired):
                raise FleetError(f"{name(command)} took more than {seconds:g} seconds.") from None
            raise
    if process.returncode not in good:
        raise FleetError(f"{name(command)}: {reason(complaints or printed)}")
    return printed


def git(folder: Path, *words: str, good: Sequence[int] = (0,)) -> str:
    """Run git in a repository."""
    return run("git", *words, folder=folder, good=good)


def name(command: Sequence[str]) -> str:
    """Return what a command is called: the program and its verb, without addresses."""
    start = command.index("-m") + 1 if "-m" in command else 0
    return f"{Path(command[start]).name} {command[start + 1]}"


def reason(said: str) -> str:
    """Choose the line of what a program said that tells most."""
    lines = [line for line in clean(said).splitlines() if line.strip()] or ["it does not say why"]
    chosen = next(filter(WHY.match, lines), lines[-1])
    return WHY.sub("", chosen).strip().rstrip(".") + "."
