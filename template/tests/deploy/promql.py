"""What a query of Prometheus speaks of."""

import re

QUOTED = r'"(?:[^"\\]|\\.)*"'
LABELS = r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"
NAME = re.compile(r"(?<![\w:.$])[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()")
WORDS = {"and", "bool", "by", "group_left", "group_right", "ignoring", "inf", "nan", "offset", "on"}
WORDS |= {"or", "unless", "without"}


def metric_names(query: str) -> set[str]:
    """The metrics and recorded series in a query; labels, functions and keywords are left out."""
    for aside in (QUOTED, r"\{[^}]*\}", r"\[[^\]]*\]", LABELS):
        query = re.sub(aside, " ", query)
    return {name for name in NAME.findall(query) if name.lower() not in WORDS}
