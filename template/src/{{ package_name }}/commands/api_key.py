"""`python -m <package> api-key NAME`: a new API key, and the line for the file."""

import argparse
from collections.abc import Callable

from ..security.identity.api_keys import TENANT, hash_of, new_key
from ..security.identity.credentials import names_somebody
from ..settings import Settings
from .errors import CommandError

HELP = "Print a new API key, and the line for A2A_API_KEYS_FILE that admits it."
FORM = (
    "Write names, scopes and tenants without blanks, number signs, quotes and backslashes, "
    f"and no scope that begins with {TENANT}."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Whose key it is, and what it is good for."""
    parser.add_argument("name", metavar="NAME", help="Who will use it, without blanks.")
    parser.add_argument("--scopes", default="", help="What it is good for, separated by blanks.")
    parser.add_argument(
        "--tenant", action="append", default=[], help="For whom it may speak; empty: for anybody."
    )


def run(options: argparse.Namespace, _load: Callable[[], Settings]) -> int:
    """Print both; the key is nowhere else."""
    scopes: list[str] = options.scopes.split()
    words = [options.name, *options.tenant, *scopes]
    if not all(map(_fits, words)) or any(scope.startswith(TENANT) for scope in scopes):
        raise CommandError(FORM)
    key = new_key()
    print("The key, which is shown only now:", key, sep="\n")
    print("The line for the file that A2A_API_KEYS_FILE names:")
    print(options.name, hash_of(key), *scopes, *(TENANT + name for name in options.tenant))
    return 0


def _fits(word: str) -> bool:
    return names_somebody(word) and not set(word) & set(' #"\\')
