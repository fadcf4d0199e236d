"""What the tables have to look like: numbered SQL files, and what a database lacks of them."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Literal

Dialect = Literal["postgres", "sqlite"]

# The version that this release reads and writes.
LATEST = 2
PACKAGE = __package__.partition(".")[0]


def steps(dialect: Dialect, version: int) -> Iterator[tuple[int, str]]:
    """What brings a database of this version up to date: each next version, and its SQL."""
    folder = files(__package__) / "migrations" / dialect
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        number = int(file.name.partition("_")[0])
        if number > version:
            yield number, file.read_text(encoding="utf-8")


def newer(place: str, version: int) -> str:
    """Why a database of this later version is left alone."""
    return (
        f"The database {place} was written by a newer release of this agent "
        f"(schema {version}, this one knows {LATEST}): run that release."
    )


def objection(place: str, version: int) -> str:
    """What has to be done before this release uses a database of this version; empty: nothing."""
    if version > LATEST:
        return newer(place, version)
    if version == LATEST:
        return ""
    found = f"has schema {version}" if version else "has no tables"
    return (
        f"The database {place} {found}, and this release needs schema {LATEST}: "
        f"run python -m {PACKAGE} db upgrade."
    )
