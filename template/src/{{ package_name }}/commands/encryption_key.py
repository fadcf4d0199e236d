"""`encryption-key`: prints a new key for what is stored of callers' credentials."""

import argparse
from collections.abc import Callable

from ..security.sealing import new_key
from ..settings import Settings

HELP = "Print a new key. The first one in A2A_ENCRYPTION_KEYS encrypts, all of them decrypt."


def configure(_parser: argparse.ArgumentParser) -> None:
    """It takes no options."""


def run(_options: argparse.Namespace, _load: Callable[[], Settings]) -> int:
    """Always 0."""
    print(new_key())
    return 0
