"""`docs/adopt.md`, taken apart: its sections, tables and blocks."""

import ast
import re

from conftest import ROOT

PAGE = (ROOT / "docs/adopt.md").read_text()
CODE = re.compile(r"`([^`]+)`")
# A line, and the block below it.
BLOCK = re.compile(r"^([^\n]*)\n\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(title: str, page: str = PAGE) -> str:
    """Return the part of the page below a title."""
    text = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert text, title
    return text


def rows(title: str, heading: str) -> list[list[str]]:
    """Return the rows of the table in a section whose first column has this heading."""
    table = section(title).partition(f"| {heading} |")[2].partition("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def codes(column: int, pattern: str = "") -> list[str]:
    """Return the code in a column of the large table that begins like this."""
    found = [
        code
        for row in rows("Move what the agent does", "what you have")
        for code in CODE.findall(row[column])
    ]
    return [code for code in found if re.match(pattern, code)]


def with_values(text: str, code: str) -> str:
    """Give variables of a module the values that they have in some other lines."""
    lines = text.splitlines()
    given = {ast.unparse(one.targets[0]): ast.unparse(one) for one in assignments(code)}
    for one in reversed(assignments(text)):
        if value := given.pop(ast.unparse(one.targets[0]), ""):
            lines[one.lineno - 1 : one.end_lineno] = [value]
    assert not given
    return "\n".join(lines) + "\n"


def assignments(text: str) -> list[ast.Assign]:
    """Return the assignments on the first level of a module."""
    return [one for one in ast.parse(text).body if isinstance(one, ast.Assign)]
