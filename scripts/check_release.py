"""Say what stands against releasing the work tree: what a release may never do to those who update.

docs/release.md explains each rule. The newest release of releases.toml is what is compared with.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import release_files
import release_questions
import release_table
import releases
import yaml
from releases import git


def at(folder: Path, commit: str, name: str) -> str:
    """Return a file as it was in a commit."""
    return git(folder, "show", f"{commit}:{name}").stdout


def tracked(folder: Path, *of: str) -> list[str]:
    """Return names of the template's files, as git lists them."""
    return git(folder, *of, "-z", "--", "template").stdout.rstrip("\0").split("\0")


def objections(folder: Path) -> Iterator[str]:
    """Yield what is against a release, each in a sentence that says what to do."""
    if found := list(releases.objections(folder)):
        yield from found
        return
    listed = tracked(folder, "ls-files", "--cached", "--others", "--exclude-standard")
    after = [name for name in listed if (folder / name).exists()]
    copier = folder / "copier.yml"
    new: dict[str, Any] = yaml.safe_load(copier.read_text(encoding="utf-8"))
    version = releases.newest(folder)
    old: dict[str, Any] | None = None
    if version:
        commit = releases.releases(folder)[version]
        old = yaml.safe_load(at(folder, commit, "copier.yml"))
        before = tracked(folder, "ls-tree", "-r", "--name-only", commit)
        gone = dict.fromkeys(release_files.gone(before, after), release_files.GONE)
        yield from release_files.unannounced(gone, folder)
    found = list(release_questions.objections(old, new, releases.releases(folder)))
    yield from found
    if old and not found:  # the same answers can be given
        kept = {release_files.rendered(name) for name in before} - gone.keys()
        yield from release_table.objections(old, new, kept, folder)
    yield from release_files.ignored(after, folder)


def main() -> None:
    """Print what was compared; something against a release exits 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=releases.ROOT, help="a clone, with history")
    folder: Path = parser.parse_args().folder
    found = list(objections(folder))
    if found:
        sys.exit("\n".join(found))
    version = releases.newest(folder)
    print(f"Agents of {version} can follow." if version else "There is no release to compare with.")


if __name__ == "__main__":
    main()
