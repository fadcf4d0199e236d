"""Read releases.toml: every release and its commit, from which tests and checks take the tags.

As a program, it says what is wrong with the file.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
COMMIT = re.compile(r"[0-9a-f]{40}")


def releases(folder: Path = ROOT) -> dict[str, str]:
    """Return versions, newest last, and their commits."""
    text = (folder / "releases.toml").read_text(encoding="utf-8")
    return parse(text)


def parse(text: str) -> dict[str, str]:
    """Return what the text of a releases.toml lists."""
    listed: dict[str, str] = tomllib.loads(text).get("releases", {})
    return listed


def newest(folder: Path = ROOT) -> str | None:
    """Return the version of the last release, if there is one."""
    return next(reversed(releases(folder)), None)


def numbers(version: str) -> tuple[int, ...]:
    """Return what versions are compared by; nothing for what is not one."""
    found = VERSION.fullmatch(version)
    return tuple(map(int, found.groups())) if found else ()


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def objections(folder: Path = ROOT) -> Iterator[str]:
    """Yield what is wrong with the list, each in a sentence that says what to do."""
    listed = releases(folder)
    if sorted(listed, key=numbers) != list(listed):
        yield "Sort releases.toml by version, the newest one last."
    for version, commit in listed.items():
        if not numbers(version):
            yield f"Name releases X.Y.Z in releases.toml: {version} is not a version."
        elif not COMMIT.fullmatch(commit):
            yield f"Give {version} the 40 digits of its commit: git rev-parse 'v{version}^{{commit}}'."
        elif git(folder, "merge-base", "--is-ancestor", commit, "HEAD").returncode:
            yield missing(folder, version)
        elif commit != tagged(folder, version, commit):
            yield f"The tag v{version} is at another commit than releases.toml says: a tag never moves."


def missing(folder: Path, version: str) -> str:
    """Return what to do when a commit is not in the history."""
    if git(folder, "rev-parse", "--is-shallow-repository").stdout.strip() == "true":
        return (
            f"The commit of {version} is not in this shallow clone: run `git fetch --unshallow`, "
            "and in a workflow give actions/checkout `fetch-depth: 0`."
        )
    return f"Give {version} in releases.toml the commit of its tag: what stands there is not in the history."


def tagged(folder: Path, version: str, default: str) -> str:
    """Return the commit of a release's tag; a clone without tags has the default."""
    found = git(folder, "rev-parse", "--verify", "--quiet", f"refs/tags/v{version}^{{commit}}")
    return found.stdout.strip() or default


if __name__ == "__main__":
    sys.exit("\n".join(objections()) or None)
