"""`python -m <package> db`: the tables of the database, and copies of what is in them."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine

from ..database import connect
from ..database.interface import DatabaseError, DatabaseUnavailableError
from ..settings import Settings
from . import db_backups
from .errors import CommandError

Load = Callable[[], Settings]

HELP = "create and change the tables of A2A_DATABASE_URL, save and restore what is in them"
NOT_READY = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """One action a call."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    upgrade = actions.add_parser("upgrade", help="create the tables, or bring them up to date")
    upgrade.set_defaults(action=_upgrade)
    check = actions.add_parser("check", help="say whether this release can use the tables")
    check.set_defaults(action=_check)
    db_backups.configure(actions)


def run(options: argparse.Namespace, load: Load) -> int:
    """0 when it is done; 1 when something is to be done; 2 when it cannot be known."""
    code: int = options.action(options, load)
    return code


def _upgrade(_options: argparse.Namespace, load: Load) -> int:
    """Any number of replicas may do it at once."""
    settings = load()
    done = connect.upgrade(
        settings.database_url,
        password=settings.database_password.get_secret_value(),
        timeout_seconds=settings.database_timeout_seconds,
    )
    print(_said(done))
    return 0


def _check(_options: argparse.Namespace, load: Load) -> int:
    settings = load()
    asked = connect.objection(
        settings.database_url,
        password=settings.database_password.get_secret_value(),
        timeout_seconds=settings.database_timeout_seconds,
    )
    objection = _said(asked)
    print(objection or "This release can use the tables of the database.")
    return NOT_READY if objection else 0


def _said(words: Coroutine[None, None, str]) -> str:
    try:
        return asyncio.run(words)
    except (DatabaseError, DatabaseUnavailableError) as error:
        raise CommandError(str(error)) from None
