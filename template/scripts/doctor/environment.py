"""The agent's own environment, in which its generators run."""

import os
import subprocess
from pathlib import Path

PATIENCE_SECONDS = 60


def python(agent: Path) -> Path | None:
    """The Python of the environment, if there is one."""
    found = agent / os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv") / "bin" / "python"
    return found if found.exists() else None


def run(agent: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run something that leaves no file behind, not even bytecode."""
    return subprocess.run(
        command,
        cwd=agent,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
