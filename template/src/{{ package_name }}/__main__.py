"""`python -m <package>`: options in, an exit code out."""

import argparse
import logging
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any

import uvloop

from .agent.logic import reply
from .conversation import Logic
from .observability.stderr import stderr
from .server import StartError, configure_logs, serve
from .settings import ENV_FILE, PREFIX, Settings, SettingsError, load
from .tasks.database import DatabaseError

logger = logging.getLogger(__name__)

UNUSABLE = 2
# What is left of the agent's logic after an orderly stop gets this long to notice.
LEAVE_SECONDS = 1.0


def parser() -> argparse.ArgumentParser:
    """One option for each setting."""
    options = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        usage="%(prog)s [--option VALUE ...]",
        description="Serve the agent until SIGTERM or SIGINT.",
        epilog=f"Options win over environment variables, and these over the file {ENV_FILE}.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    for name, field in Settings.model_fields.items():
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
    overrides: dict[str, Any] = vars(parser().parse_args(arguments))
    leaving = threading.Timer(LEAVE_SECONDS, _leave)
    leaving.daemon = True
    try:
        settings = load(**overrides)
        configure_logs(settings)
        uvloop.run(_serve(settings, logic, leaving))
    except (SettingsError, StartError, DatabaseError) as error:
        stderr().write(f"{error}\n")
        return UNUSABLE
    finally:
        leaving.cancel()
    return 0


async def _serve(settings: Settings, logic: Logic, leaving: threading.Timer) -> None:
    await serve(settings, logic)
    leaving.start()  # all is told and written, and the event loop waits for whatever still runs


def _leave() -> None:
    logger.warning("Leaving behind what the agent's logic does not let go of")
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
