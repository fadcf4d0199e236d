"""`python -m <package> token`: a token of the development issuer."""

import argparse
from collections.abc import Callable
from pathlib import Path

from ..security.identity.credentials import names_somebody
from ..security.identity.development_issuer import FOLDER, DevelopmentIssuer, DevelopmentIssuerError
from ..settings import Settings
from .errors import CommandError

HELP = "Print a token that the agent on this machine accepts in development."
MAX_MINUTES = 7 * 24 * 60


def configure(parser: argparse.ArgumentParser) -> None:
    """What the token says."""
    parser.add_argument("--subject", default="developer", help="Who calls. [default: %(default)s]")
    parser.add_argument("--scopes", default="", help="What they may do, separated by blanks.")
    parser.add_argument(
        "--tenant", action="append", default=[], help="For whom they speak; may be repeated."
    )
    parser.add_argument(
        "--minutes", type=int, default=60, help="How long it is valid. [default: %(default)s]"
    )


def run(options: argparse.Namespace, load: Callable[[], Settings], folder: Path = FOLDER) -> int:
    """Print it, and nothing else."""
    settings = load()
    _check(options, settings)
    claim = settings.jwt_tenant_claim
    try:
        token = DevelopmentIssuer(folder).token(
            options.subject,
            audience=settings.jwt_audience or settings.http_address,
            minutes=options.minutes,
            scopes=options.scopes.split(),
            tenants=(claim, options.tenant) if claim else None,
        )
    except DevelopmentIssuerError as error:
        raise CommandError(str(error)) from None
    print(token)
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> None:
    if settings.environment == "production":
        raise CommandError("Production has issuers of its own: ask one of A2A_JWT_ISSUERS.")
    if settings.jwt_issuers:
        raise CommandError("The agent trusts other issuers: ask one, or clear A2A_JWT_ISSUERS.")
    if options.tenant and not settings.jwt_tenant_claim:
        raise CommandError("No claim holds tenants: set A2A_JWT_TENANT_CLAIM, or name no --tenant.")
    if not names_somebody(options.subject):
        raise CommandError("Set --subject to one printable line of at most 255 characters.")
    if not 0 < options.minutes <= MAX_MINUTES:
        raise CommandError(f"Set --minutes to a number from 1 to {MAX_MINUTES}.")
