"""Who gets in, and what they may do: one policy for all bindings."""

from collections.abc import Awaitable, Callable

from ..tasks.calls.admission import Admission, Knock
from ..tasks.calls.call import Call
from ..tasks.calls.principal import NOBODY, Principal
from ..tasks.calls.refusals import RefusedError
from ..tasks.calls.security_events import Action, security_event
from .noise import Noise

ACTIONS: dict[str, Action] = {
    "authentication": "authentication_refused",
    "authorization": "authorization_refused",
    "rate_limit": "rate_limited",
}
# One line for each address, caller and reason in this time says enough.
QUIET_SECONDS = 60.0

# Takes a key; raises RateLimitedError.
Limit = Callable[[str], Awaitable[None]]


class Gate:
    """`admit` stands in front of each request, `authorize` in front of each operation."""

    def __init__(
        self,
        authenticate: Callable[[Knock], Awaitable[Principal]],
        *,
        may: Callable[[Principal, str, str, str], None],
        address_of: Callable[[str, str], str],
        per_address: Limit | None,
        per_caller: Limit | None,
        refused: Callable[[str, str], None],
    ) -> None:
        self._authenticate = authenticate
        self._may = may
        self._address_of = address_of
        self._per_address = per_address
        self._per_caller = per_caller
        self._refused = refused
        self._noise = Noise(QUIET_SECONDS)

    async def admit(self, knock: Knock) -> Admission:
        """Who it is; raises RefusedError."""
        address = self._address_of(knock.address, knock.header("x-forwarded-for"))
        principal = NOBODY
        try:
            if self._per_address is not None:
                await self._per_address(address)
            if not knock.public:
                principal = await self._authenticate(knock)
                if self._per_caller is not None and principal.subject:
                    await self._per_caller(f"{principal.issuer}\n{principal.subject}")
        except RefusedError as refusal:
            self._refused(knock.transport, refusal.reason)
            self._tell(refusal, principal, address)
            raise
        return Admission(principal=principal, address=address)

    def authorize(self, call: Call, tenant: str, skill: str) -> None:
        """Whether the caller may do this; raises RefusedError."""
        self._may(call.principal, call.operation, tenant, skill)

    def tell(self, call: Call, refusal: RefusedError) -> None:
        """Let operators know of a call that was refused after it had begun."""
        self._tell(refusal, call.principal, call.address)

    def _tell(self, refusal: RefusedError, principal: Principal, address: str) -> None:
        action = ACTIONS[refusal.reason]
        left_out = self._noise.heard((action, address, refusal.detail, principal))
        if left_out is None:
            return
        security_event(
            action,
            refusal.message,
            failed=True,
            client__address=address,
            user__name=principal.subject,
            user__domain=principal.issuer,
            event__reason=refusal.detail,
            a2a__left_out=left_out,
        )
