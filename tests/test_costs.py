"""docs/costs.md names every benchmark, and each by its command."""

import re

from conftest import ROOT

PAGE = (ROOT / "docs/costs.md").read_text()
BENCH = re.compile(r"^bench:.*\n\t(.*)$", re.MULTILINE)


def test_every_program_is_on_the_page() -> None:
    """Those that people start; the others are parts of them."""
    [bench] = BENCH.findall((ROOT / "Makefile").read_text())
    page = PAGE.replace("`make bench`", bench)
    named = set(re.findall(r"benchmarks/(\w+\.py)", page))
    programs = {file.name for file in (ROOT / "benchmarks").glob("*.py")}
    started = {name for name in programs if name.startswith("compare_")} | {"event_latency.py"}

    assert named == started
