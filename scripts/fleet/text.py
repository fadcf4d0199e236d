"""The text of a pull request: what others wrote is indented, so that it stays text."""

from collections.abc import Sequence

from .programs import clean
from .update import Update

TITLE = "Update from the template"
LONGEST_LIST = 200


def text(update: Update) -> str:
    """Say in Markdown what the pull request is, and what is left to whoever reads it."""
    parts = ["The template goes from the first to the second of these versions:"]
    parts.append(quoted(update.versions))
    if update.conflicts:
        parts += ["## Conflicts\n\nThese files have conflict markers; decide there:"]
        parts.append(quoted(update.conflicts))
    if update.lost:
        parts += ["## Lines that are gone\n\nThe template changed or removed what you wrote in:"]
        parts.append(quoted(update.lost))
    if update.lock:
        parts += ["## Lock file\n\nRun `uv lock` on this branch:", quoted([update.lock])]
    if not update.left:
        parts.append("Nothing is left to do but to read it.")
    return clean("\n\n".join(parts)) + "\n"


def quoted(lines: Sequence[str]) -> str:
    """Indent what others wrote, so that it stays text."""
    more = ["(and more)"] if len(lines) > LONGEST_LIST else []
    return "\n".join(f"    {line}" for line in [*lines[:LONGEST_LIST], *more])
