"""Brings the template's next version into the work tree, and writes what came of it to a folder.

`changes.patch` is the update, `report.md` the text of its pull request. Nothing that the update
brings is run here: not by Copier, which runs nothing without trust, and not by uv, which locks
dependencies without building any, and finds no agent that it could build.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from foreign import AGENT, Run, run
from update_report import report

COPIER = ("uvx", "--no-build", "copier@9.19.1", "update", "--defaults")
LOCK = ("uv", "lock", "--no-build", "--project")
CONFIGURATION = ("pyproject.toml", "uv.lock", "uv.toml")
MARKER = r"^(<<<<<<< before updating|>>>>>>> after updating)$"


def main(folder: Path) -> None:
    """Update; say in GITHUB_OUTPUT whether anything changed, and what is left to somebody."""
    before = template_version()
    if not run(*COPIER).passed:
        sys.exit("Copier does not update: see what it says.")
    left = False
    if changed := bool(git("status", "--porcelain")):
        lock = renew_lock()
        git("add", "--all")
        conflicts = git("grep", "--cached", "-lE", MARKER, good=(0, 1)).splitlines()
        by_hand = git("diff", "--cached", "--name-only", "--no-renames", "--", ".github*")
        patch = git("diff", "--cached", "--binary", "--no-renames").encode(errors="surrogateescape")
        text = report(
            versions=(before, template_version()),
            conflicts=conflicts,
            by_hand=by_hand.splitlines(),
            patch_sha256=hashlib.sha256(patch).hexdigest(),
            lock=lock,
        )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "changes.patch").write_bytes(patch)
        (folder / "report.md").write_text(text, encoding="utf-8")
        left = bool(conflicts or by_hand or not lock.passed)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"changed={str(changed).lower()}\nleft={str(left).lower()}\n")


def template_version() -> str:
    """Return which version of the template the agent is made of."""
    answers = (AGENT / ".copier-answers.yml").read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("_commit:").strip() for line in answers if "_commit:" in line)


def renew_lock() -> Run:
    """Lock a copy of pyproject.toml, because `--no-build` still builds the project that it locks."""
    try:
        project = tomllib.loads((AGENT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        refusal = "Something of the project is dynamic." if "dynamic" in project else ""
    except (tomllib.TOMLDecodeError, KeyError) as error:
        refusal = f"pyproject.toml: {error}"
    if refusal:
        return Run(command="uv lock", passed=False, output=refusal)
    with TemporaryDirectory() as folder:
        for file in filter(Path.exists, (AGENT / name for name in CONFIGURATION)):
            shutil.copy(file, folder)
        done = run(*LOCK, folder)
        if done.passed:
            shutil.copy(Path(folder, "uv.lock"), AGENT)
    return done


def git(*words: str, good: tuple[int, ...] = (0,)) -> str:
    """Run git in the agent's folder and return what it prints."""
    done = subprocess.run(("git", *words), cwd=AGENT, stdout=subprocess.PIPE, check=False)
    if done.returncode not in good:
        sys.exit(f"git {' '.join(words)} ended with {done.returncode}")
    return done.stdout.decode(errors="surrogateescape")  # a patch has the bytes of any file


if __name__ == "__main__":
    main(Path(sys.argv[1]))
