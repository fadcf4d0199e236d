"""`python -m <package>`: options in, an exit code out."""

import argparse
import logging
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any

import uvloop
from pydantic import SecretStr

from .agent.logic import reply
from .agent.settings import settings as own_settings
from .commands import api_key, card, db, encryption_key, tasks, token
from .commands.errors import CommandError
from .conversation import Logic
from .database.interface import DatabaseError
from .observability.logs.stderr import stderr
from .server import StartError, configure_logs, serve
from .setting_sources import ENV_FILE, SettingsError
from .settings import PREFIX, Settings, load

logger = logging.getLogger(__name__)

COMMANDS: dict[str, Any] = {
    "api-key": api_key,
    "card": card,
    "db": db,
    "encryption-key": encryption_key,
    "tasks": tasks,
    "token": token,
}
UNUSABLE = 2
# What is left of the agent's logic after an orderly stop gets this long to notice.
LEAVE_SECONDS = 1.0


def parser() -> argparse.ArgumentParser:
    """One option for each setting."""
    options = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        usage=f"%(prog)s [--option VALUE ...]\n       %(prog)s {{{','.join(COMMANDS)}}} ...",
        description="Serve the agent until SIGTERM or SIGINT; or run one of its commands.",
        epilog=f"Options win over environment variables, and these over the file {ENV_FILE}.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    for name, field in Settings.model_fields.items():
        if field.annotation is SecretStr:
            continue  # everybody may read the arguments of a process
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        options.add_argument(
            f"--{name.replace('_', '-')}",
            metavar="VALUE",
            help=f"{field.description} "
            f"[{PREFIX}{name.upper()}, default: {'empty' if default == '' else default}]",
        )
    return options


def main(arguments: Sequence[str] | None = None, *, logic: Logic = reply) -> int:
    """0 after an orderly stop; 2 with a sentence about each setting that has to be changed."""
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] in COMMANDS:
        return _run(words[0], words[1:])
    overrides: dict[str, Any] = vars(parser().parse_args(words))
    leaving = threading.Timer(LEAVE_SECONDS, _leave)
    leaving.daemon = True
    try:
        settings = load(**overrides)
        own_settings()
        configure_logs(settings)
        uvloop.run(_serve(settings, logic, leaving))
    except (SettingsError, StartError, DatabaseError) as error:
        stderr().write(f"{error}\n")
        return UNUSABLE
    finally:
        leaving.cancel()
    return 0


def _run(name: str, words: Sequence[str]) -> int:
    """What the command returns; 2 with a sentence about what is wrong."""
    options = argparse.ArgumentParser(
        prog=f"python -m {__package__} {name}", description=COMMANDS[name].HELP, allow_abbrev=False
    )
    COMMANDS[name].configure(options)
    try:
        code: int = COMMANDS[name].run(options.parse_args(words), load)
    except (SettingsError, CommandError) as error:
        stderr().write(f"{error}\n")
        return UNUSABLE
    return code


async def _serve(settings: Settings, logic: Logic, leaving: threading.Timer) -> None:
    await serve(settings, logic)
    leaving.start()  # all is told and written, and the event loop waits for whatever still runs


def _leave() -> None:
    logger.warning("Leaving behind what the agent's logic does not let go of")
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
