"""Who calls: one answer for all bindings, and one refusal."""

from collections.abc import Iterator, Sequence

from ..tasks.calls.admission import Knock
from ..tasks.calls.principal import NOBODY, Principal
from ..tasks.calls.refusals import UnauthenticatedError
from .identity.credentials import CredentialsError, Verifier

MISSING = "Say who you are: this agent needs credentials, and its card says which."


class Authentication:
    """Any of the verifiers admits a caller; credentials that are there have to be right, all of them.

    Without verifiers, everybody is nobody. `realm` is the name of the agent.
    """

    def __init__(self, verifiers: Sequence[Verifier], *, realm: str) -> None:
        self._verifiers = tuple(verifiers)
        self._realm = realm.replace("\\", "").replace('"', "")

    async def __call__(self, knock: Knock) -> Principal:
        """Who it is; raises UnauthenticatedError."""
        if knock.public or not self._verifiers:
            return NOBODY
        found: Principal | None = None
        for verify in self._verifiers:
            try:
                principal = await verify(knock)
            except CredentialsError as error:
                raise self._refusal(verify, error) from None
            found = found or principal
        if found is None:
            raise self._refusal(None, CredentialsError(MISSING, reason="no credentials"))
        return found

    def _refusal(self, refused: Verifier | None, error: CredentialsError) -> UnauthenticatedError:
        challenges = tuple(self._challenges(refused, error))
        return UnauthenticatedError(str(error), challenges=challenges, detail=error.reason)

    def _challenges(self, refused: Verifier | None, error: CredentialsError) -> Iterator[str]:
        """How to be admitted, in the order of preference; only bearer tokens know codes of errors."""
        for verifier in self._verifiers:
            challenge = f'{verifier.scheme} realm="{self._realm}"'
            if verifier is refused and verifier.scheme == "Bearer":
                challenge += f', error="{error.code}", error_description="{error}"'
            yield challenge
