"""`postgresql://user@host:port/name?sslmode=…`: read strictly, and shown without its password."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from .interface import DatabaseError

ADDRESS = re.compile(
    r"postgres(?:ql)?://(?P<user>[^\s:/?#@]+)(?::(?P<password>[^\s/?#@]*))?"
    r"@(?P<hosts>[^\s/?#@]+)/(?P<name>[^\s/?#@]+)(?:\?(?P<options>[^\s?#]*))?"
)
HOST = re.compile(r"(?:\[(?P<address>[\da-fA-F:.]+)\]|(?P<name>[^:\[\]]+))(?::(?P<port>\d{1,5}))?")
PORT, MAX_PORT = 5432, 65535
SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
OPTIONS = {"sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs"}


@dataclass(frozen=True, repr=False)
class PostgresAddress:
    """Where the database is, and as whom to go there."""

    text: str
    """For logs and operators."""

    connection: dict[str, Any]
    """What asyncpg has to know; it asks neither the environment nor the home folder then."""

    name: str


def read(url: str, password: str = "") -> PostgresAddress:
    """The password wins over the one in the URL; raises DatabaseError."""
    found = ADDRESS.fullmatch(url)
    hosts = [HOST.fullmatch(host) for host in found["hosts"].split(",")] if found else []
    if found is None or None in hosts:
        raise _wrong(url, "has to look like postgresql://user@host:5432/name")
    pairs = parse_qsl(found["options"] or "", keep_blank_values=True)
    options = dict(pairs)
    if len(options) < len(pairs) or not options.keys() <= OPTIONS or not all(options.values()):
        raise _wrong(url, f"may say each of these once after the question mark: {_list(OPTIONS)}")
    if options.setdefault("sslmode", "prefer") not in SSL_MODES:
        raise _wrong(url, f"may set sslmode to one of: {_list(SSL_MODES)}")
    ports = [int(host["port"] or PORT) for host in hosts if host]
    if not all(0 < port <= MAX_PORT for port in ports):
        raise _wrong(url, f"needs a port from 1 to {MAX_PORT}")
    # After a failover one host may be a copy that nobody can write to.
    options.setdefault("target_session_attrs", "read-write")
    connection = {
        "dsn": f"postgresql://?{urlencode(options)}",
        "host": [host["address"] or unquote(host["name"]) for host in hosts if host],
        "port": ports,
        "user": unquote(found["user"]),
        "password": password or unquote(found["password"] or ""),
        "database": unquote(found["name"]),
    }
    return PostgresAddress(redacted(url), connection, unquote(found["name"]))


def redacted(url: str) -> str:
    """Without password and options, whether the URL is right or not."""
    scheme, separator, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}{separator}{user.partition(':')[0]}{at}{place.partition('?')[0]}"


def _wrong(url: str, wanted: str) -> DatabaseError:
    return DatabaseError(f"A2A_DATABASE_URL is {redacted(url)}: it {wanted}.")


def _list(words: set[str]) -> str:
    return ", ".join(sorted(words))
