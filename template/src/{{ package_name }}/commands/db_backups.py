"""`python -m <package> db backup|restore|drill`: what has been kept comes back."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from ..database import schema
from ..database.backup_files import BackupFolder
from ..database.backups import Backup, BackupMethod, back_up, drill
from ..database.interface import DatabaseError, DatabaseUnavailableError
from ..database.postgres_address import read
from ..database.postgres_backup import PostgresBackups
from ..database.sqlite_backup import SqliteBackups
from ..server import NAME
from ..settings import Settings
from .errors import CommandError

Load = Callable[[], Settings]
Result = TypeVar("Result")

# In the container it is on the volume of the database; a copy elsewhere is up to its owner.
FOLDER = Path("data/backups")
DIFFERENT = 1
MEGABYTE = 1_000_000


def configure(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What the command `db` can do for backups."""
    backup = actions.add_parser("backup", help="save the database while the agent runs")
    _add_folder(backup)
    backup.add_argument("--keep", type=int, metavar="N", help="keep the newest N backups")
    backup.add_argument(
        "--keep-days",
        type=float,
        metavar="D",
        help="keep backups of the last D days; with --keep: also",
    )
    backup.set_defaults(action=_backup)
    restore = actions.add_parser("restore", help="put a backup in the place of the database")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument(
        "--force", action="store_true", help="also while replicas use it (Postgres only)"
    )
    restore.set_defaults(action=_restore)
    rehearsal = actions.add_parser("drill", help="save, restore elsewhere, and compare")
    _add_folder(rehearsal)
    rehearsal.set_defaults(action=_drill)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=FOLDER,
        help="where backups are [default: %(default)s]",
    )


def _backup(options: argparse.Namespace, load: Load) -> int:
    if options.keep is not None and options.keep < 1:
        raise CommandError("Set --keep to 1 or more: the newest backup always stays.")
    if options.keep_days is not None and not 0 < options.keep_days <= timedelta.max.days / 1000:
        raise CommandError("Set --keep-days to a number of days, more than 0.")
    method = _method(load())
    folder = BackupFolder(options.folder, NAME, method.suffix)
    backup = _done(back_up(method, folder, keep=options.keep, keep_days=options.keep_days))
    _tell(backup)
    for path in backup.deleted:
        print(f"{path} deleted")
    return 0


def _restore(options: argparse.Namespace, load: Load) -> int:
    file: Path = options.file
    if not file.is_file():
        raise CommandError(f"There is no file {file}: name a backup.")
    version = _done(_method(load()).restore(file, force=options.force))
    print(f"{file} restored, with schema {version}")
    if version < schema.LATEST:
        print(
            f"This release needs schema {schema.LATEST}: use the command db upgrade before you start the agent."
        )
    return 0


def _drill(options: argparse.Namespace, load: Load) -> int:
    method = _method(load())
    outcome = _done(drill(method, BackupFolder(options.folder, NAME, method.suffix)))
    _tell(outcome.backup)
    print(f"restored beside the database in {outcome.recovery_seconds:.1f} s, {outcome.rows} rows")
    if outcome.last_age is not None:
        minutes = outcome.last_age.total_seconds() / 60
        print(f"the backup before this one was {minutes:.0f} minutes old")
    for difference in outcome.differences:
        print(f"DIFFERENT {difference}")
    print("The drill has failed." if outcome.differences else "Every table is as it was.")
    return DIFFERENT if outcome.differences else 0


def _method(settings: Settings) -> BackupMethod:
    if settings.database_url == "memory://":
        raise CommandError("memory:// keeps nothing to save: set A2A_DATABASE_URL.")
    if not settings.shares_database:
        return SqliteBackups(settings.database_url)
    try:
        address = read(settings.database_url, settings.database_password.get_secret_value())
    except DatabaseError as error:
        raise CommandError(str(error)) from None
    return PostgresBackups(
        address,
        timeout_seconds=settings.database_timeout_seconds,
        replica_timeout_seconds=settings.replica_timeout_seconds,
    )


def _done(work: Coroutine[None, None, Result]) -> Result:
    """What comes of it, or one sentence."""
    try:
        return asyncio.run(work)
    except (DatabaseError, DatabaseUnavailableError) as error:
        raise CommandError(str(error)) from None


def _tell(backup: Backup) -> None:
    print(f"{backup.path} {backup.size_bytes / MEGABYTE:.1f} MB in {backup.seconds:.1f} s")
