"""Do environments keep out of each other's way?"""

from collections.abc import Iterator
from itertools import combinations

from objects import Build


def shared(builds: list[Build]) -> Iterator[str]:
    """One namespace of two overlays: what is applied last wins."""
    for one, other in combinations(builds, 2):
        for place in sorted(one.namespaces & other.namespaces):
            yield f"The overlays {one.name} and {other.name} are both in the namespace {place}."
