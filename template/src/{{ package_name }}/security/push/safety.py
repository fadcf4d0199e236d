"""Puts together what keeps push notifications from doing harm."""

from collections.abc import Sequence
from pathlib import Path

from ...tasks.push.notifications import PushSecurity
from ...tasks.push.post import Sign
from ..sealing import Sealing, kept_key, new_key
from .targets import PushTargets
from .transport import PushTransport


def push_security(
    *, allowed: str, keys: Sequence[str], key_file: Path | None, sign: Sign | None
) -> PushSecurity:
    """Without keys there is one in `key_file`, or one for this process where nothing is kept.

    Raises PushTargetsError and SealingError.
    """
    targets = PushTargets(allowed)
    if not keys:
        keys = [new_key() if key_file is None else kept_key(key_file)]
    sealing = Sealing(keys)
    return PushSecurity(
        screen=targets.screen,
        transport=PushTransport(targets),
        seal=sealing.seal,
        unseal=sealing.unseal,
        sign=sign,
    )
