"""Brings the template's next version into the work tree, and writes what came of it to a folder.

`changes.patch` is the update, `report.md` the text of its pull request. It is not committed.
"""

import os
import subprocess
import sys
from pathlib import Path

from update_report import Check, report

AGENT = Path(__file__).resolve().parents[2]
# Without trust: a template that wants to run something on update is refused.
COPIER = ("uvx", "copier@9.19.1", "update", "--defaults")
CHECKS = ("generated", "check", "test", "manifests")
MARKER = r"^(<<<<<<< before updating|>>>>>>> after updating)$"


def main(folder: Path) -> None:
    """Update; say in GITHUB_OUTPUT whether anything changed, and whether anything conflicts."""
    before = template_version()
    subprocess.run(COPIER, cwd=AGENT, check=True)
    conflicts: list[str] = []
    if changed := bool(git("status", "--porcelain")):
        git("add", "--all")
        conflicts = git("grep", "--cached", "-lE", MARKER, good=(0, 1)).splitlines()
        checks = run_checks()
        git("add", "--all")  # uv.lock, and what is generated
        folder.mkdir(parents=True, exist_ok=True)
        text = report(before, template_version(), conflicts, checks)
        (folder / "report.md").write_text(text, encoding="utf-8")
        (folder / "changes.patch").write_text(git("diff", "--cached", "--binary"), encoding="utf-8")
    with Path(os.environ.get("GITHUB_OUTPUT", os.devnull)).open("a", encoding="utf-8") as output:
        output.write(f"changed={str(changed).lower()}\nconflicts={str(bool(conflicts)).lower()}\n")


def template_version() -> str:
    """Return which version of the template the agent is made of."""
    answers = (AGENT / ".copier-answers.yml").read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("_commit:").strip() for line in answers if "_commit:" in line)


def run_checks() -> list[Check]:
    """Set up and run everything that this agent can make of the checks, whatever fails."""
    known = (AGENT / "Makefile").read_text(encoding="utf-8").splitlines()
    chosen = [name for name in CHECKS if any(line.startswith(f"{name}:") for line in known)]
    return [run_check(name) for name in ("setup", *chosen)]


def run_check(name: str) -> Check:
    """Run one target of make and keep what it prints."""
    print(f"::group::make {name}", flush=True)
    done = subprocess.run(
        ("make", name),
        cwd=AGENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    print(done.stdout, "::endgroup::", sep="\n", flush=True)
    return Check(target=name, passed=done.returncode == 0, output=done.stdout)


def git(*words: str, good: tuple[int, ...] = (0,)) -> str:
    """Run git in the agent's folder and return what it prints."""
    done = subprocess.run(
        ("git", *words), cwd=AGENT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode not in good:
        sys.exit(f"git {' '.join(words)} ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]))
