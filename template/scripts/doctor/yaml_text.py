"""YAML, as far as PyYAML is there to read it; this is the one package that Python lacks for it."""

from collections.abc import Iterator
from typing import Any

try:
    import yaml
except ImportError:
    MISSING = True
else:
    MISSING = False
    # Written in C where it is installed so; nodes are not made into objects of any kind.
    LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def faults(data: bytes) -> Iterator[tuple[int | None, str]]:
    """Lines with what PyYAML refuses, and with keys that are there twice."""
    if MISSING:
        return
    try:
        for document in yaml.compose_all(data, Loader=LOADER):
            yield from repeated_keys(document, set())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        yield line, error.problem or str(error)
    except yaml.YAMLError as error:
        yield None, str(error)


def repeated_keys(node: Any, seen: set[int]) -> Iterator[tuple[int, str]]:
    """Keys of which only the last one counts; what is named twice by an anchor is read once."""
    if id(node) in seen or not isinstance(node, yaml.CollectionNode):
        return
    seen.add(id(node))
    keys: set[tuple[str, str]] = set()
    for item in node.value:
        key, *values = item if isinstance(item, tuple) else (None, item)
        if isinstance(key, yaml.ScalarNode):
            name = (key.tag, key.value)
            if name in keys and key.value != "<<":
                yield key.start_mark.line + 1, f"the key {key.value} is there twice"
            keys.add(name)
        for value in values:
            yield from repeated_keys(value, seen)


def mapping(data: bytes) -> dict[Any, Any] | None:
    """What a file of names and values says; nothing if it is no such file."""
    if MISSING:
        return None
    try:
        read = yaml.load(data, Loader=LOADER)  # noqa: S506  # it is the safe one
    except yaml.YAMLError:
        return None
    return read if isinstance(read, dict) else None
