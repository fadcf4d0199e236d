"""Draw the dashboards with what a Prometheus has seen of an agent: docs/images/*.png.

Grafana itself is not needed: Chromium draws the panels with Grafana's components (@grafana/ui).
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from dashboard_data import Json, Prometheus, drawn

ROOT = Path(__file__).resolve().parent.parent
DASHBOARDS = ROOT / "template" / "deploy" / "grafana" / "dashboards"
PAGE = ROOT / "tools" / "pictures"
BUILD = ROOT / "build" / "pictures"
WIDTH, HEADING, CELL = 1664, 60, 38  # pixels, as in page.tsx
BUNDLE = ["--bundle", "--format=iife", "--minify", "--jsx=automatic", "--loader:.ttf=dataurl"]
PRODUCTION = '--define:process.env.NODE_ENV="production"'
BROWSER = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars"]


def empty(panels: list[Json]) -> list[str]:
    """The titles of panels that have nothing to show."""
    shown = [one for one in panels if one["panel"]["type"] != "row"]
    return [one["panel"]["title"] for one in shown if not one["series"]]


def bundle() -> str:
    """Fetch Grafana's components and pack the page into one script."""
    shutil.copytree(PAGE, BUILD, dirs_exist_ok=True)
    npm = ["npm", "install", "--legacy-peer-deps", "--no-audit", "--no-fund", "--no-package-lock"]
    subprocess.run(npm, cwd=BUILD, check=True)
    esbuild = ["node_modules/.bin/esbuild", "page.tsx", "--outfile=page.js", PRODUCTION, *BUNDLE]
    subprocess.run(esbuild, cwd=BUILD, check=True)
    return '<link rel="stylesheet" href="page.css"><div id="root"></div><script src="page.js"></script>'


def take_picture(board: Json, page: str, target: Path) -> None:
    """Let Chromium draw one dashboard into a PNG file."""
    html = BUILD / target.with_suffix(".html").name
    data = json.dumps(board).replace("<", "\\u003c")
    html.write_text(f'<!doctype html><meta charset="utf-8"><script>board = {data}</script>{page}')
    ends = [one["panel"]["gridPos"]["y"] + one["panel"]["gridPos"]["h"] for one in board["panels"]]
    size = f"--window-size={WIDTH},{HEADING + CELL * max(ends)}"
    wait = "--virtual-time-budget=20000"
    command = [*BROWSER, size, wait, f"--screenshot={target}", html.as_uri()]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # it misses a desktop's bus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prometheus", default="http://localhost:9090", help="its address")
    parser.add_argument("--agent", default="hello-agent", help="the name of its job there")
    parser.add_argument("--minutes", type=float, default=15, help="how far to look back")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "images", help="a folder")
    options = parser.parse_args()
    prometheus = Prometheus(options.prometheus, options.agent, options.minutes)
    options.output.mkdir(parents=True, exist_ok=True)
    page = bundle()
    for file in sorted(DASHBOARDS.glob("*.json")):
        board = json.loads(file.read_text())
        panels = list(drawn(board, prometheus))
        if titles := empty(panels):
            sys.exit(f"No data in {file.name} for: {', '.join(titles)}. Call the agent some more.")
        times = {"from": prometheus.start * 1000, "to": prometheus.end * 1000}
        shown = times | {"title": board["title"], "agent": options.agent, "panels": panels}
        take_picture(shown, page, (options.output / f"{file.stem}.png").resolve())


if __name__ == "__main__":
    main()
