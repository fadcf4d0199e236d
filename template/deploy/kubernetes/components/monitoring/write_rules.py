"""Write rules.yaml from deploy/prometheus/rules; with --check, only say whether it is stale."""

import argparse
import sys
from pathlib import Path
from textwrap import indent

HERE = Path(__file__).parent
RULES = HERE.parents[2] / "prometheus/rules"
FILE = HERE / "rules.yaml"
# kustomization.yaml says which object this patches, so that the name here does not matter.
HEAD = """\
# Built from deploy/prometheus/rules: change it there, then run `make generated`.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: rules
spec:
  groups:
"""


def groups(file: Path) -> str:
    """The groups of one file as they are written there, with the comments that explain them."""
    before, heading, inside = file.read_text().partition("\ngroups:\n")
    if not heading or not all(line[:1] in {"", " "} for line in inside.splitlines()):
        sys.exit(f"{file.name}: write comments first, then `groups:`, and nothing else after it.")
    return f"\n{indent(before, '    ')}\n\n{indent(inside, '  ')}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if stale")
    check = parser.parse_args().check
    text = HEAD + "".join(groups(file) for file in sorted(RULES.glob("*.yaml")))
    if check and (not FILE.is_file() or FILE.read_text() != text):
        sys.exit(f"{FILE.name} differs from what {RULES} says: run `make generated`.")
    if not check:
        FILE.write_text(text)


if __name__ == "__main__":
    main()
