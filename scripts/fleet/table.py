"""The table, for people, for a job's summary and for programs."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .programs import clean
from .states import State

COLUMNS = ("agent", "group", "version", "newest", "behind", "state", "unlike", "note")
FORMATS = ("text", "markdown", "json")
WIDE = 10_000  # Markdown keeps a row on one line
NARROW = 100  # a file and a log have no width of their own


def show(states: Sequence[State], form: str) -> None:
    """Print the table; a column in which nothing stands is left out."""
    rows = [{name: cell(getattr(state, name)) for name in COLUMNS} for state in states]
    if form == "json":
        pairs = zip(rows, states, strict=True)
        print(json.dumps([row | {"behind": state.behind} for row, state in pairs]))
    elif form == "markdown":
        quotes = [{name: quoted(text) for name, text in row.items()} for row in rows]
        draw(quotes, COLUMNS, box.MARKDOWN, WIDE)
    else:
        width = Console().width if sys.stdout.isatty() else NARROW
        draw(rows, COLUMNS[:-1], box.SIMPLE_HEAD, width)
        notes = [f"  {row['agent']}: {row['note']}" for row in rows if row["note"]]
        if notes:
            print("", *notes, sep="\n")


def draw(
    rows: Sequence[Mapping[str, str]], columns: Sequence[str], frame: box.Box, width: int
) -> None:
    """Print rows in a frame, in which a column that is too wide is wrapped."""
    filled = [name for name in columns if any(row[name] for row in rows)]
    table = Table(*filled, box=frame)
    for row in rows:
        table.add_row(*(Text(row[name]) for name in filled))
    drawn = StringIO()
    Console(file=drawn, width=width).print(table)
    print(*filter(None, map(str.rstrip, drawn.getvalue().splitlines())), sep="\n")


def cell(value: object) -> str:
    """Write a value on one line; agents have written some of them."""
    return "" if value is None else clean(str(value)).replace("\n", " ")


def quoted(text: str) -> str:
    """Keep what others wrote from being Markdown."""
    return re.sub(r"([\\`*_<>\[\]|@~])", r"\\\1", text)
