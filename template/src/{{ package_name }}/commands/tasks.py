"""`python -m <package> tasks purge`: deletes all that is stored of one caller."""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from ..database.connect import connect
from ..database.interface import Database, DatabaseError, DatabaseUnavailableError
from ..database.sqlite_file import path_of
from ..settings import Settings
from ..tasks.storage.purge import Owned, find, purge
from .errors import CommandError

HELP = "look for what is stored of a caller, and delete it"
LEFT = 1
# A running agent may be about to write what it took in before; it has done so by then.
ROUNDS = 3
PAUSE_SECONDS = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Nothing is asked, so one of the last two has to be said."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser(
        "purge", help="delete a caller's tasks, messages and push configurations"
    )
    action.add_argument(
        "--owner", required=True, metavar="SUBJECT", help="Who called, as the issuer names them."
    )
    action.add_argument(
        "--issuer",
        help="Who vouched for them: the URL of an issuer, api-key, mtls or gateway. "
        "[default: everybody]",
    )
    action.add_argument("--tenant", help="For whom they spoke. [default: everybody]")
    consent = action.add_mutually_exclusive_group(required=True)
    consent.add_argument("--dry-run", action="store_true", help="Only say what there is.")
    consent.add_argument("--yes", action="store_true", help="Delete it, running tasks as well.")


def run(options: argparse.Namespace, load: Callable[[], Settings]) -> int:
    """0 when nothing is left, or nothing was to be deleted; 1 when the caller goes on calling."""
    if not options.owner.isprintable():
        raise CommandError("Set --owner to one printable line.")
    if not options.owner and options.issuer is None:
        raise CommandError("Callers without a name have issuers: set --issuer, to '' for nobody.")
    settings = load()
    path = path_of(settings.database_url)
    if settings.database_url == "memory://":
        raise CommandError("A2A_DATABASE_URL is memory://, which keeps nothing.")
    if not settings.shares_database and not Path(path).exists():
        raise CommandError(f"There is no database {path}: set A2A_DATABASE_URL to the agent's.")
    try:
        return asyncio.run(_run(options, settings))
    except (DatabaseError, DatabaseUnavailableError) as error:
        raise CommandError(str(error)) from None


async def _run(options: argparse.Namespace, settings: Settings) -> int:
    database = connect(
        settings.database_url,
        password=settings.database_password.get_secret_value(),
        pool_size=1,
        timeout_seconds=settings.database_timeout_seconds,
        exclusive=False,
    )
    await database.open()
    try:
        found = await _find(database, options)
        if not found:
            others = await find(database, options.owner)
            print(f"Nothing is stored of {options.owner!r}{_chosen(options)}.")
            if others:
                print("There is something of others of that name:", *map(_line, others), sep="\n")
            return 0
        if options.yes:
            return await _purge(database, options, found)
        print(f"Stored of {options.owner!r}:", *map(_line, found), sep="\n")
        print("Nothing has been deleted: --yes in place of --dry-run deletes it.")
        return 0
    finally:
        await database.close()


async def _purge(database: Database, options: argparse.Namespace, left: Sequence[Owned]) -> int:
    print(f"Deleted of {options.owner!r}:")
    for _ in range(ROUNDS):
        for owned in left:
            print(_line(await purge(database, owned.owner)))
        await asyncio.sleep(PAUSE_SECONDS)
        if not (left := await _find(database, options)):
            print("Nothing is left.")
            return 0
    print("There is more of it again: take away their access, then repeat this.")
    return LEFT


async def _find(database: Database, options: argparse.Namespace) -> list[Owned]:
    return [
        owned
        for owned in await find(database, options.owner)
        if options.issuer in {None, owned.issuer} and options.tenant in {None, owned.tenant}
    ]


def _chosen(options: argparse.Namespace) -> str:
    chosen = {"issuer": options.issuer, "tenant": options.tenant}
    return "".join(f", {name} {value!r}" for name, value in chosen.items() if value is not None)


def _line(owned: Owned) -> str:
    tenant = f", tenant {owned.tenant}" if owned.tenant else ""
    return (
        f"issuer {owned.issuer or '(nobody)'}{tenant}: tasks {owned.tasks}, "
        f"messages {owned.messages}, push configurations {owned.push_configs}"
    )
