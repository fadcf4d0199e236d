"""The text of an update's pull request: what others wrote is indented, so that it stays text."""

import os
from collections.abc import Sequence

from foreign import Run

# GitHub refuses a text of more than 65,536 characters, and each line is indented by four. The
# workflow adds the results of the checks, of which it takes 8,000; their ends say most.
LIST_CHARACTERS = 3_000
RESULT_CHARACTERS = 7_500

BY_HAND = """\
## By hand

A token that could push these files could give itself any right, so they are not on the branch:

{files}

Read them, and put them there:

```sh
gh pr checkout template-update
gh run download {run} --name update --dir build/update
echo "{sha256}  build/update/changes.patch" | sha256sum --check &&
  git apply --index --include='.github*' build/update/changes.patch
git commit --message "Update the pipeline from the template"
git push
```"""


def report(
    *,
    versions: tuple[str, str],
    conflicts: Sequence[str],
    by_hand: Sequence[str],
    patch_sha256: str,
    lock: Run,
) -> str:
    """Say in Markdown what changed, and what is left to whoever reads it."""
    parts = ["The template goes from the first to the second of these versions:", quoted(versions)]
    if conflicts:
        parts += [
            "## Conflicts\n\nThese files have conflict markers; decide there:",
            quoted(conflicts),
        ]
    else:
        parts.append("Nothing conflicts.")
    if by_hand:
        run = os.environ["GITHUB_RUN_ID"]
        parts.append(BY_HAND.format(files=quoted(by_hand), run=run, sha256=patch_sha256))
    if not lock.passed:
        said = lock.output.splitlines()[-20:]
        parts += ["## Lock file\n\n`uv.lock` is not renewed:", quoted(said)]
    return "\n\n".join(parts) + "\n"


def quoted(lines: Sequence[str]) -> str:
    """Indent lines, as many as there is room for."""
    text = "\n".join(lines).replace("\r", "\n")
    if len(text) > LIST_CHARACTERS:
        text = text[:LIST_CHARACTERS] + "\n(and so on)"
    return "\n".join(f"    {line}" for line in text.split("\n"))


def results(checks: Sequence[Run]) -> str:
    """Say which checks passed, and how those ended that failed; as text, not as Markdown."""
    lines = [f"{check.command}: {'passed' if check.passed else 'failed'}" for check in checks]
    failed = [check for check in checks if not check.passed]
    for check in failed:
        end = check.output.rstrip()[-RESULT_CHARACTERS // len(failed) :]
        lines += ["", f"--- {check.command} ---", end]
    return "\n".join(lines)
