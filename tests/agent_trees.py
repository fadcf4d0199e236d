"""What is in an agent's folder, what has been lost of it, and what could not be merged."""

import difflib
from pathlib import Path

from conftest import git

Tree = dict[str, tuple[bool, str]]


def tree(folder: Path) -> Tree:
    """Return all files by name: whether they can be run, and what they say."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        str(name): (bool(path.stat().st_mode & 0o100), path.read_text())
        for path in paths
        if (name := path.relative_to(folder)).parts[0] != ".git"
    }


def differences(expected: Tree, actual: Tree) -> list[str]:
    """Say in which files two trees differ, and how."""
    found = [f"{name}: missing" for name in sorted(expected.keys() - actual.keys())]
    found += [f"{name}: not expected" for name in sorted(actual.keys() - expected.keys())]
    for name in sorted(expected.keys() & actual.keys()):
        (runs, text), (now_runs, now) = expected[name], actual[name]
        if runs != now_runs:
            found.append(f"{name}: another mode")
        lines = difflib.unified_diff(text.splitlines(), now.splitlines(), lineterm="", n=0)
        found += [f"{name}: {line}" for line in list(lines)[2:]]
    return found


def lines(of: Tree) -> set[str]:
    """Return every line that stands somewhere."""
    return {line for _, text in of.values() for line in text.splitlines()}


def lost(rendered: Tree, before: Tree, after: Tree) -> set[str]:
    """Return the lines that an owner has added to what was rendered, and that are gone."""
    return lines(before) - lines(rendered) - lines(after)


def conflicts(agent: Path) -> set[str]:
    """Return the files that somebody has to decide about."""
    after = tree(agent)
    inside = {name for name, (_, text) in after.items() if "\n<<<<<<< " in f"\n{text}"}
    rejected = {name for name in after if name.endswith(".rej")}
    return inside | rejected | set(git(agent, "diff", "--name-only", "--diff-filter=U").split())
