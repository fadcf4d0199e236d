"""Write dashboards/*.json from boards/; with --check, only say which of them is stale."""

import argparse
import sys
from pathlib import Path

from boards import agent, transports
from boards.encoding import text

FOLDER = Path(__file__).parent / "dashboards"
BOARDS = {"agent.json": agent.board, "transports.json": transports.board}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if stale")
    check = parser.parse_args().check
    texts = {FOLDER / name: text(board()) for name, board in BOARDS.items()}
    stale = [path for path, new in texts.items() if not path.is_file() or path.read_text() != new]
    if check and stale:
        names = ", ".join(path.name for path in stale)
        sys.exit(f"{names} in {FOLDER} differs from what boards/ builds: run `make dashboards`.")
    for path in stale:
        path.write_text(texts[path])


if __name__ == "__main__":
    main()
