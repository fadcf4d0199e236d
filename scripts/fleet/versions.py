"""Which releases the template has, and which of them an agent lacks."""

import re
from collections.abc import Sequence
from pathlib import Path

from .programs import FleetError, run

RELEASE = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
MADE_OF = re.compile(r"(?P<release>v\d+\.\d+\.\d+)(?P<later>-\d+-g[0-9a-f]+)?")


def releases(template: str) -> list[str]:
    """Return the tags of the template that are releases, newest last."""
    lines = run("git", "ls-remote", "--tags", "--refs", "--", template).splitlines()
    tags = [line.rpartition("refs/tags/")[2] for line in lines]
    found = sorted(filter(RELEASE.fullmatch, tags), key=numbers)
    if not found:
        raise FleetError("The template has no release yet, which would be a tag like v1.0.0.")
    return found


def numbers(release: str) -> list[int]:
    """Return what releases are sorted by."""
    return [int(number) for number in release.removeprefix("v").split(".")]


def up_to(released: Sequence[str], newest: str) -> list[str]:
    """Leave out what is newer than a release."""
    if newest not in released:
        raise FleetError(f"{newest} is not released; these are: {', '.join(released)}.")
    return list(released[: released.index(newest) + 1])


def missing(version: str, released: Sequence[str]) -> list[str] | None:
    """Return the releases that an agent lacks; None where its version is not known."""
    found = MADE_OF.fullmatch(version)
    if not found or found["release"] not in released:
        return None
    return list(released[released.index(found["release"]) + 1 :])


def place(url: str) -> str:
    """Return what all addresses of one repository have in common."""
    for short, host in (("gh:", "github.com/"), ("gl:", "gitlab.com/")):
        if url.startswith(short):
            url = host + url.removeprefix(short).lstrip("/")
    url = re.sub(r"^(git\+)?(https?|ssh|git)://([^/]*@)?", "", url)
    url = re.sub(r"^[^/@]+@([^/:]+):/*", r"\1/", url)
    return url.rstrip("/").removesuffix(".git")


def instead(template: str, source: str, copy: Path) -> list[tuple[str, str]]:
    """Return the settings with which git takes a copy wherever it is told the template.

    `source` is how the agent names it; Copier makes an address of it.
    """
    known = place(template)
    forms = {template, source.removeprefix("git+")}
    if not known.startswith("/") and "://" not in known:
        host, _, path = known.partition("/")
        forms |= {f"https://{known}", f"ssh://git@{known}", f"git@{host}:{path}"}
    forms |= {f"{form.removesuffix('.git')}.git" for form in forms}
    return [(f"url.{copy}.insteadOf", form) for form in sorted(forms)]
