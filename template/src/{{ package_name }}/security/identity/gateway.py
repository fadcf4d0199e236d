"""Callers that a gateway in front of the agent has admitted."""

from typing import ClassVar

from ...tasks.calls.admission import Knock
from ...tasks.calls.principal import Principal
from .credentials import CredentialsError, names_somebody, only_value

ISSUER = "gateway"


class Gateway:
    """Believes a header that the gateway sets, and takes from everybody else.

    Without one, all callers are one, and share their tasks.
    """

    scheme: ClassVar[str] = "Gateway"

    def __init__(self, user_header: str = "") -> None:
        self._header = user_header.lower()

    async def __call__(self, knock: Knock) -> Principal | None:
        """Whom the header names."""
        if not self._header:
            return Principal(issuer=ISSUER)
        if (user := only_value(knock, self._header)) is None:
            return None
        if not names_somebody(user):
            raise CredentialsError(
                "The gateway names nobody.", reason=f"unusable value of {self._header}"
            )
        return Principal(issuer=ISSUER, subject=user)
