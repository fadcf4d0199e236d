"""Names of fields: which ones are ours, and what becomes of those that others choose."""

import re
from functools import lru_cache

MAX_LENGTH = 64
LABELS = "labels"
# First parts of the names in our lines, and in what Filebeat adds to them: where a field `user`
# stands beside `user.name`, Elasticsearch takes neither.
OURS = frozenset(
    {
        *("@timestamp", "a2a", "agent", "client", "container", "data_stream", "destination"),
        *("ecs", "error", "event", "host", "http", "input", "labels", "log", "message"),
        *("service", "span", "stream", "tls", "trace", "user", "user_agent"),
    }
)
# Elasticsearch splits names at dots, and nothing may be missing between two of them.
CLUMSY = re.compile(r"[^\w.@-]|\.{2,}")


def chosen(name: object) -> str:
    """What a field of somebody else is called: never like one of ours."""
    return _chosen(str(name)[:MAX_LENGTH])


@lru_cache(maxsize=1024)
def _chosen(name: str) -> str:
    name = CLUMSY.sub("_", name).strip(".") or "_"
    first, _, rest = name.partition(".")
    if first not in OURS:
        return name
    return f"{LABELS}.{(rest if rest and first == LABELS else name).replace('.', '_')}"
