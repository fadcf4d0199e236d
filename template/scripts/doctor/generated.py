"""Files that a program writes: it says itself, with --check, whether they are as it writes them."""

from collections.abc import Iterator
from pathlib import Path

from environment import run
from finding import Finding


def stale(
    agent: Path, python: Path | str, script: str, *, written: str, todo: str
) -> Iterator[Finding]:
    """What the program says: that the files are others, or why it does not run."""
    done = run(agent, python, script, "--check")
    said = done.stderr.strip().splitlines() or ["nothing"]
    if done.returncode and any(line.startswith("Traceback") for line in said):
        what = f"this ends with {said[-1].strip('.')}."
        yield Finding(path=script, what=what, todo=f"Mend what it says. {todo}")
    elif done.returncode:
        yield Finding(path=written, what=f"this is not what {script} writes.", todo=todo)
