"""Give the actions of the agent's workflows the pins that another repository has.

Dependabot renews the template's own workflows, and those of the example repository; it does not
read templates. The tests refuse two pins of one action, until this has been run.
"""

import argparse
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(
    r"uses: (?P<action>[\w.-]+/[\w.-]+)(?P<part>[/\w.-]*)@(?P<pin>[0-9a-f]{40} # v[\d.]+)$",
    re.MULTILINE,
)


def files(folder: Path) -> list[Path]:
    """Return the workflows and actions of a repository, templates included."""
    github = folder / ".github"
    return [*github.glob("workflows/*.y*ml*"), *github.glob("actions/*/action.y*ml*")]


def copy_pins(source: Path, target: Path) -> list[str]:
    """Write the pins of the source's actions into the target; return what changed."""
    texts = [file.read_text(encoding="utf-8") for file in files(source)]
    known = {found["action"]: found["pin"] for text in texts for found in PIN.finditer(text)}
    changed = []

    def renewed(found: re.Match[str]) -> str:
        action, pin = found["action"], known.get(found["action"], found["pin"])
        if pin != found["pin"]:
            changed.append(f"{action}: {found['pin']} is now {pin}")
        return f"uses: {action}{found['part']}@{pin}"

    for file in files(target):
        text = file.read_text(encoding="utf-8")
        file.write_text(PIN.sub(renewed, text), encoding="utf-8")
    return changed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=ROOT, help="a clone with newer pins")
    parser.add_argument("--target", type=Path, default=ROOT / "template", help="what gets them")
    options = parser.parse_args()
    print("\n".join(copy_pins(options.source, options.target)) or "They agree.")


if __name__ == "__main__":
    main()
