"""What the values of settings may look like; a wrong one is answered with what is wanted instead."""

import json
import re
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

# A name or an IPv4 address, or an IPv6 address in brackets.
HOST = r"([^\s/:?#@\[\]]+|\[[\da-fA-F:.]+\])"
WEB_ADDRESS = re.compile(rf"https?://{HOST}(:\d+)?(/[^\s?#]*)?")
IDENTITIES = {"jwt", "api-key", "mtls"}
NO_LIMIT = "none"
RATE = re.compile(r"[1-9]\d{0,8}/(second|minute|hour|day)")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, appendix A.4


def _web_address(value: str) -> str:
    if value and not WEB_ADDRESS.fullmatch(value):
        raise ValueError("an address like https://agent.example.com")
    return value.rstrip("/")


def _web_addresses(value: str) -> str:
    if not all(map(WEB_ADDRESS.fullmatch, value.split())):
        raise ValueError("addresses like https://login.example.com, with spaces between them")
    return value


def _key_addresses(value: str) -> str:
    if not all(WEB_ADDRESS.fullmatch(one) or one.startswith("file:/") for one in value.split()):
        raise ValueError("addresses like https://login.example.com/keys, with spaces between them")
    return value


def _host_and_port(value: str) -> str:
    if value and not re.fullmatch(rf"(dns:///)?{HOST}:\d+", value):
        raise ValueError("a host and a port like agent.example.com:443")
    return value


def _database_address(value: str) -> str:
    if not re.fullmatch(
        r"memory://|sqlite:///.*[^/].*|postgres(ql)?://[^\s/]+/[^\s/?]+(\?\S*)?", value
    ):
        raise ValueError(
            "memory://, sqlite:///path/to/file.db or postgresql://user@host:5432/database"
        )
    return value


def _authentication(value: str) -> str:
    chosen = value.split()
    if value not in {"none", "gateway"} and not (chosen and IDENTITIES.issuperset(chosen)):
        raise ValueError("none, gateway, or one or more of jwt, api-key and mtls")
    return value


def _scopes(value: str) -> str:
    if not all(map(SCOPE.fullmatch, value.split())):
        raise ValueError("scopes with spaces between them, like tasks.read tasks.write")
    return value


def _scopes_of_operations(value: Any) -> Any:
    wanted = ValueError('operations with their scopes, like {"CancelTask": ["tasks.write"]}')
    try:
        chosen = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise wanted from None
    if not isinstance(chosen, dict) or not all(
        isinstance(scopes, list)
        and all(isinstance(one, str) and SCOPE.fullmatch(one) for one in scopes)
        for scopes in chosen.values()
    ):
        raise wanted
    return chosen


def _networks(value: str) -> str:
    try:
        for one in value.split():
            ip_network(one)
    except ValueError:
        raise ValueError("networks with spaces between them, like 10.0.0.0/8 fd00::/8") from None
    return value


def _rate(value: str) -> str:
    if value not in {"", NO_LIMIT} and not RATE.fullmatch(value):
        raise ValueError("a rate like 600/minute, or none")
    return value


def _header_name(value: str) -> str:
    if not re.fullmatch(r"[\w-]*", value, re.ASCII):
        raise ValueError("the name of a header, like X-Forwarded-User")
    return value.lower()


Port = Annotated[int, Field(ge=1, le=65535)]
# Some of what these are handed to counts milliseconds, bytes and rows in 32 bits.
Seconds = Annotated[float, Field(ge=0, le=2_000_000, allow_inf_nan=False)]
Timeout = Annotated[float, Field(gt=0, le=2_000_000, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[int, Field(ge=1, le=2_000_000_000)]

WebAddress = Annotated[str, AfterValidator(_web_address)]
WebAddresses = Annotated[str, AfterValidator(_web_addresses)]
KeyAddresses = Annotated[str, AfterValidator(_key_addresses)]
HostAndPort = Annotated[str, AfterValidator(_host_and_port)]
DatabaseAddress = Annotated[str, AfterValidator(_database_address)]
Authentication = Annotated[str, AfterValidator(_authentication)]
Scopes = Annotated[str, AfterValidator(_scopes)]
ScopesOfOperations = Annotated[
    dict[str, list[str]], NoDecode, BeforeValidator(_scopes_of_operations)
]
Networks = Annotated[str, AfterValidator(_networks)]
Rate = Annotated[str, AfterValidator(_rate)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
