"""What cookiecutter runs before its first question: says what is missing while nothing is lost."""

import shutil
import sys
from pathlib import Path

from copier_command import copier_command


def main() -> None:
    template = Path(__file__).parent.parent
    if not shutil.which("git"):
        sys.exit("Git, which brings the template and its updates, is not found: install it.")
    if not (template / ".git").exists():
        sys.exit(
            "This copy of the template has no history, so that its agents could never be updated: "
            "give cookiecutter a git address, or a clone."
        )
    copier_command()


if __name__ == "__main__":
    main()
