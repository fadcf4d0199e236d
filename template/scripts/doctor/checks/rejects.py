"""What an update puts beside a file when it does not know where in the file it belongs."""

from collections.abc import Iterator
from pathlib import Path

from files import names
from finding import Finding


def findings(agent: Path) -> Iterator[Finding]:
    """Each of these files."""
    for name in names(agent):
        target = name.removesuffix(".rej").removesuffix(".orig")
        if name.endswith(".rej"):
            yield Finding(
                path=name,
                what=f"these changes did not fit into {target}.",
                todo="Make those you want there, then delete this file.",
            )
        elif name.endswith(".orig"):
            yield Finding(
                path=name,
                what=f"this is {target} as it was before a merge.",
                todo="Take what you miss from it, then delete it.",
            )
