"""Renews uv.lock without building anything, so that nothing of an agent or of a package runs."""

import shutil
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from .programs import FleetError, environment, run

LOCKED = ("pyproject.toml", "uv.lock", "uv.toml")


def renew_lock(folder: Path) -> str:
    """Lock a copy of pyproject.toml, because uv builds a project that it finds itself in.

    Returns what is left to somebody where that cannot be done.
    """
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        if "dynamic" in tomllib.loads(text).get("project", {}):
            raise FleetError("something of the project is dynamic.")
        with TemporaryDirectory() as beside:
            for file in filter(Path.is_file, (folder / name for name in LOCKED)):
                shutil.copy(file, beside)
            variables = environment(tokens=False)
            lock = ("uv", "lock", "--no-build", "--quiet", "--project", beside)
            run(*lock, folder=Path(beside), seconds=300, variables=variables)
            shutil.copy(Path(beside, "uv.lock"), folder)
    except (OSError, tomllib.TOMLDecodeError, FleetError) as error:
        return f"uv.lock is not renewed: {error}"
    return ""
