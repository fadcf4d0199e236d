"""What an error of Postgres, or of the way there, means for who asked."""

import os
import ssl
from enum import Enum, auto

import asyncpg

from .interface import DatabaseError
from .postgres_address import PostgresAddress


class Trouble(Enum):
    """Anything else is a mistake in a statement."""

    CONFLICT = auto()  # with another transaction: it may be tried again
    BUSY = auto()  # for this statement; the database answers
    AWAY = auto()  # for everybody


CONFLICTS = {"40001", "40P01"}
# A statement, a lock and a transaction that took too long.
SLOW = {"57014", "55P03", "25P03"}
TOO_MANY_CONNECTIONS = "53300"
DISK_FULL = "53100"
# Connections, users, databases, resources, operators, the system; a copy that is read-only.
READ_ONLY = "25006"
AWAY = ("08", "28", "3D", "53", "57P", "58", READ_ONLY)
WRONG_USER = ("28",)
WRONG_DATABASE = "3D000"
NOT_ALLOWED = "42501"


def trouble(error: Exception) -> Trouble | None:
    """What to do about an error of a statement."""
    state = sqlstate(error)
    if state in CONFLICTS or isinstance(error, asyncpg.InvalidCachedStatementError):
        return Trouble.CONFLICT
    if state in SLOW:
        return Trouble.BUSY
    if state:
        return Trouble.AWAY if state.startswith(AWAY) else None
    mistake = isinstance(error, ValueError) and not isinstance(error, OSError)
    away = isinstance(error, (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError))
    return Trouble.AWAY if away and not mistake else None


def sqlstate(error: BaseException) -> str:
    """What the server calls it; empty: it is no error of the server."""
    return getattr(error, "sqlstate", None) or ""


def is_connection(error: Exception) -> bool:
    """Whether another connection may fare better at once."""
    return not sqlstate(error) or sqlstate(error).startswith(("08", "57P"))


def reason(error: BaseException) -> str:
    """In one line."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return " ".join(str(error).split()) or type(error).__name__


def lasting(error: Exception, address: PostgresAddress) -> DatabaseError | None:
    """What the operator has to change, where no patience helps."""
    state, said = sqlstate(error), reason(error)
    if state.startswith(WRONG_USER):
        return DatabaseError(
            f"The database {address.text} does not let this agent in ({said}): "
            "correct A2A_DATABASE_PASSWORD, or the user in A2A_DATABASE_URL."
        )
    if state == WRONG_DATABASE:
        return DatabaseError(
            f"The database {address.text} does not exist: create it, or correct A2A_DATABASE_URL."
        )
    if state == NOT_ALLOWED:
        return DatabaseError(
            f"The database {address.text} does not let this agent use its tables ({said}): "
            "grant it, or correct the user in A2A_DATABASE_URL."
        )
    files = (FileNotFoundError, PermissionError, ssl.SSLCertVerificationError)
    if isinstance(error, (*files, asyncpg.ClientConfigurationError)):
        return DatabaseError(
            f"The database {address.text} cannot be reached safely ({said}): "
            "correct what A2A_DATABASE_URL says about TLS after the question mark."
        )
    return None
