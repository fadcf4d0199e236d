"""Say whether a tag can be released, and print the text of its release.

It can when it is a version, the newest one, on main, and described by CHANGELOG.md.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import keepachangelog  # type: ignore[import-untyped]  # it has no types
from releases import git, parse

ROOT = Path(__file__).resolve().parent.parent
VERSION = re.compile(r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def numbers(tag: str) -> tuple[int, ...]:
    """Return what versions are compared by; nothing for other tags."""
    found = VERSION.fullmatch(tag)
    return tuple(map(int, found.groups())) if found else ()


def notes(folder: Path, tag: str) -> str:
    """Return the section of a version, or nothing where there is none."""
    sections = keepachangelog.to_raw_dict(str(folder / "CHANGELOG.md"))
    return str(sections.get(tag.removeprefix("v"), {}).get("raw", "")).strip()


def objections(folder: Path, tag: str, branch: str) -> Iterator[str]:
    """Yield what is against a release, each in a sentence that says what to do."""
    if not numbers(tag):
        yield f"Name the tag vX.Y.Z: {tag} is not a version."
        return
    others = set(git(folder, "tag", "--list").stdout.split()) - {tag}
    if newer := [other for other in others if numbers(other) > numbers(tag)]:
        yield f"Choose a higher version: {max(newer, key=numbers)} exists."
    if git(folder, "merge-base", "--is-ancestor", f"{tag}^{{commit}}", branch).returncode:
        yield f"Merge first, and then tag what is on {branch}: {tag} is not."
    yield from unlisted(folder, tag, branch)
    changes = keepachangelog.to_dict(str(folder / "CHANGELOG.md"), show_unreleased=True)
    if not notes(folder, tag):
        yield f"Describe {tag.removeprefix('v')} in CHANGELOG.md."
    if set(changes.get("unreleased", {})) - {"metadata"}:
        yield "Move what stands under Unreleased in CHANGELOG.md into the section of the release."


def unlisted(folder: Path, tag: str, branch: str) -> Iterator[str]:
    """Yield what the list of releases, as it is on the branch, says against a tag."""
    listed = parse(git(folder, "show", f"{branch}:releases.toml").stdout)
    commit = git(folder, "rev-parse", f"{tag}^{{commit}}").stdout.strip()
    if listed.get(tag.removeprefix("v"), commit) != commit:
        yield f"Tag the commit that releases.toml names: {tag} is another."
    tags = [other for other in git(folder, "tag", "--list").stdout.split() if numbers(other)]
    for other in sorted(tags, key=numbers):
        if numbers(other) < numbers(tag) and other.removeprefix("v") not in listed:
            yield f"Add {other} to releases.toml first: no test updates agents from it."
    if newer := [one for one in listed if numbers(f"v{one}") > numbers(tag)]:
        yield f"Choose a higher version: releases.toml lists {newer[-1]}."


def main() -> None:
    """Print the notes; a tag that cannot be released exits 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tag", help="vX.Y.Z")
    parser.add_argument("--branch", default="origin/main", help="what releases are made from")
    parser.add_argument("--folder", type=Path, default=ROOT, help="a clone with its tags")
    options = parser.parse_args()
    found = list(objections(options.folder, options.tag, options.branch))
    if found:
        sys.exit("\n".join(found))
    print(notes(options.folder, options.tag))


if __name__ == "__main__":
    main()
