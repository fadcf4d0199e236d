"""What a binding tells of a request before it looks into it, and who decides on it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .call import Call
from .principal import NOBODY, Principal
from .refusals import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """A request that has just arrived.

    `values` gives all values of a header, or of metadata, by its name in lower case. `address` is
    that of the other end of the connection. `certificate` is the client's, in DER, if TLS has
    verified one. `public` is what needs no identity: the agent card, and what belongs to it.
    """

    transport: str
    address: str
    values: Callable[[str], Sequence[str]]
    certificate: bytes | None = None
    public: bool = False

    def header(self, name: str) -> str:
        """Its values as one (RFC 9110 5.3); empty when there is none."""
        return ", ".join(self.values(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who calls, and from where: behind trusted proxies, not where the connection comes from."""

    principal: Principal = NOBODY
    address: str = ""


# Raises RefusedError.
Admit = Callable[[Knock], Awaitable[Admission]]


class Policy(Protocol):
    """Decides on calls once it is known what they are for."""

    def authorize(self, call: Call, tenant: str, skill: str) -> None:
        """Whether the caller may do this, with a skill if it names one; raises RefusedError."""

    def tell(self, call: Call, refusal: RefusedError) -> None:
        """Let operators know that a call was refused."""
