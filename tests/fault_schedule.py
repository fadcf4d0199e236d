"""Which faults come when: everything follows from the seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from history_records import CUT, DATABASE, FREEZE, HANG, KILL, MUTE, REFUSE, STOP

OF_REPLICAS = (KILL, KILL, STOP, FREEZE)
OF_PARTITIONS = (CUT, REFUSE, HANG, MUTE)
OF_DATABASES = (STOP, KILL, FREEZE)
# What one replica without anybody beside it can be asked to survive.
OF_ONE = (KILL, STOP, FREEZE)
SHARE_OF_DATABASE = 0.15
SHARE_OF_PARTITIONS = 0.35
# The next fault may come while the last one lasts.
SHARE_OF_OVERLAPS = 0.5


@dataclass(frozen=True, kw_only=True)
class Fault:
    """At this second of the run it begins, and so many seconds later it is healed."""

    at: float
    kind: str
    target: str
    seconds: float


def schedule(
    seed: int, *, seconds: float, replicas: Sequence[str], lease_seconds: float, shared: bool
) -> list[Fault]:
    """Faults that have all begun before `seconds`, more than 3, by which the first one has.

    `shared` is a database behind partitions; one of the faults at least is its own.
    """
    chance = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
    wanted = {DATABASE} if shared else set()
    while True:
        faults: list[Fault] = []
        at = chance.uniform(1.0, 3.0)
        while at < seconds:
            fault = _fault(chance, at, replicas, lease_seconds=lease_seconds, shared=shared)
            faults.append(fault)
            overlaps = chance.random() < SHARE_OF_OVERLAPS
            at += chance.uniform(0.5, 2.0) + (0.0 if overlaps else fault.seconds)
        if wanted <= {fault.target for fault in faults}:
            return faults


def _fault(
    chance: random.Random,
    at: float,
    replicas: Sequence[str],
    *,
    lease_seconds: float,
    shared: bool,
) -> Fault:
    # Half of what lasts is over before the lease is, and half of it is not.
    short = chance.uniform(0.2, 0.6) * lease_seconds
    seconds = chance.choice([short, lease_seconds + chance.uniform(2.0, 4.0)])
    target, sort = chance.choice(replicas), chance.random()
    if not shared:
        return Fault(at=at, kind=chance.choice(OF_ONE), target=target, seconds=short)
    if sort < SHARE_OF_DATABASE:
        return Fault(at=at, kind=chance.choice(OF_DATABASES), target=DATABASE, seconds=seconds)
    kinds = OF_PARTITIONS if sort < SHARE_OF_DATABASE + SHARE_OF_PARTITIONS else OF_REPLICAS
    return Fault(at=at, kind=chance.choice(kinds), target=target, seconds=seconds)
