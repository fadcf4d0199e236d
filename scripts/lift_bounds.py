"""Take the upper bounds of versions out of an agent's pyproject.toml, and say which they were.

What then fails is what the next wider range would bring to the owners of agents.
"""

import argparse
import re
from pathlib import Path

# "httpx>=0.28.1,<1" is a lower bound and an upper one.
BOUNDED = re.compile(r'(?P<lower>"[^"\s<]+>=[^"\s<,]+),(?P<upper><[^"\s,]+)"')


def main() -> int:
    """Change the file; one without bounds exits 1, because then there is nothing to learn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="a rendered pyproject.toml")
    file: Path = parser.parse_args().file
    text = file.read_text(encoding="utf-8")
    for bound in BOUNDED.finditer(text):
        print(f"{bound['lower'][1:]} without {bound['upper']}")
    lifted, count = BOUNDED.subn(r'\g<lower>"', text)
    file.write_text(lifted, encoding="utf-8")
    return int(count == 0)


if __name__ == "__main__":
    raise SystemExit(main())
