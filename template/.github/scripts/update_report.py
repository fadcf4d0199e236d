"""The text of an update's pull request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# GitHub refuses a text of more than 65,536 characters; the end of what failed says most.
MAX_LINES = 40
MAX_CHARACTERS = 8000


@dataclass(frozen=True, kw_only=True)
class Check:
    """What one target of make said."""

    target: str
    passed: bool
    output: str


def report(before: str, after: str, conflicts: Sequence[str], checks: Sequence[Check]) -> str:
    """Say what changed, what conflicts, and what the checks found, in Markdown."""
    parts = [f"The template goes from `{before}` to `{after}`."]
    if conflicts:
        files = "\n".join(f"- `{file}`" for file in conflicts)
        parts.append(f"## Conflicts\n\nThese files have conflict markers; decide there:\n\n{files}")
    else:
        parts.append("Nothing conflicts.")
    rows = [f"| `make {check.target}` | {_word(check)} |" for check in checks]
    parts.append("\n".join(["## Checks", "", "| check | result |", "|---|---|", *rows]))
    parts += [_quoted(check) for check in checks if not check.passed]
    return "\n\n".join(parts) + "\n"


def _word(check: Check) -> str:
    return "passed" if check.passed else "**failed**"


def _quoted(check: Check) -> str:
    """The end of what a check printed, which nothing in it can leave."""
    end = "\n".join(check.output.splitlines()[-MAX_LINES:])[-MAX_CHARACTERS:]
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", end)), 3)
    return f"<details><summary>make {check.target}</summary>\n\n{fence}text\n{end}\n{fence}\n\n</details>"
