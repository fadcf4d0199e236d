"""Let Copier make the agent, and understand what it says."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from copier_command import copier_command
from given_answers import Answers, as_yaml

COLOURS = re.compile(r"\x1b\[[\d;]*m")


def copier_copy(source: str, checkout: str | None, folder: Path, answers: Answers) -> str:
    """Fill an empty folder; return what Copier says when it is done."""
    version = [] if checkout is None else ["--vcs-ref", checkout]
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary, "answers.yml")
        data.write_text(as_yaml(answers), encoding="utf-8")
        options = ["--defaults", "--data-file", str(data), *version]
        done = subprocess.run(
            [*copier_command(), "copy", *options, source, str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    said = COLOURS.sub("", done.stderr)
    if done.returncode:
        sys.exit(sentence(said))
    return re.split(r"^ +create .*\n", said, flags=re.MULTILINE)[-1]


def sentence(said: str) -> str:
    """Return what Copier's complaint comes down to; that of a question is a sentence already."""
    if found := re.search(r"Validation error for question '\w+': (.+)", said):
        return found[1]
    found = re.search(r"fatal: (.+)", said) or re.search(r"^[\w.]*Error: (.+)", said, re.MULTILINE)
    reason = found[1] if found else " ".join(said.split()[-40:])
    return f"Copier could not make the agent: {reason.rstrip('.')}."
