"""Who calls, as far as anybody vouches for it."""

from dataclasses import dataclass

from a2a.auth.user import User
from a2a.server.context import ServerCallContext

from ...conversation import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal(User):
    """A subject, and who vouches for it; both are one printable line, and empty for nobody.

    `issuer` is the URL of an issuer of tokens, or `api-key`, `mtls` or `gateway`.
    `tenants` are those it may speak for; None means any.
    """

    issuer: str = ""
    subject: str = ""
    scopes: frozenset[str] = frozenset()
    tenants: frozenset[str] | None = None

    @property
    def is_authenticated(self) -> bool:
        """Whether anybody vouches for it."""
        return bool(self.issuer)

    @property
    def user_name(self) -> str:
        """The subject alone, which another issuer may use for somebody else."""
        return self.subject


NOBODY = Principal()


def principal_of(context: ServerCallContext) -> Principal:
    """Who makes a call; nobody where no binding has said who it is."""
    return context.user if isinstance(context.user, Principal) else NOBODY


def caller_of(principal: Principal, tenant: str = "") -> Caller:
    """The same for the agent's logic; the tenant is the one that the call names."""
    return Caller(
        name=principal.subject, issuer=principal.issuer, tenant=tenant, scopes=principal.scopes
    )
