"""Which migrations copier.yml may have: those of a version, which only that update runs."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from releases import numbers

# Programs that fetch something, or lead to one that does.
NETWORK = re.compile(r"\b(curl|wget|ssh|npx?|pipx?|uvx?|docker|git (clone|fetch|pull|push))\b|://")


def migrations(configuration: dict[str, Any], released: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with the migrations, each in a sentence that says what to do."""
    for migration in configuration.get("_migrations", []):
        if not isinstance(migration, dict) or "version" not in migration:
            yield (
                "Give each entry of _migrations a version: without one, every update asks for "
                "--trust."
            )
            continue
        yield from wrong(migration, released)


def wrong(migration: dict[str, Any], released: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with a migration that has a version."""
    version = str(migration["version"])
    if not numbers(version):
        yield f"Write the version of a migration as X.Y.Z: {version} is not one."
    elif version not in released and any(numbers(version) < numbers(one) for one in released):
        yield (
            f"Raise the version of the migration {version} above what is released: "
            "agents have passed it."
        )
    if "command" not in migration or "when" not in migration:
        yield (
            f"Give the migration {version} a `command` and a `when` that names the stage: "
            "other forms are deprecated, or run at another time than is read."
        )
    if NETWORK.search(str(migration.get("command", ""))):
        yield f"Let the migration {version} do without the network: owners update behind proxies."
