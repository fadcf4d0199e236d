"""The agent's card, signed with every key that signs at the moment (spec 8.4)."""

from collections.abc import Iterable

from a2a.types import AgentCard
from a2a.utils.signing import ProtectedHeader, create_agent_card_signer

from .keys import CardKey, CardKeys, KeyRing

JWKS_PATH = "/.well-known/jwks.json"


class SignedCard:
    """Returns a card with the signatures of the moment: the same object until the keys change.

    Without keys it is the card as it was given. `address` is where callers reach the agent.
    """

    def __init__(self, card: AgentCard, keys: CardKeys | None, *, address: str) -> None:
        self._card = self._signed = card
        self._keys = keys
        self._jku = address + JWKS_PATH
        self._ring: KeyRing | None = None

    def __call__(self) -> AgentCard:
        if self._keys is not None and self._keys.current is not self._ring:
            self._ring = self._keys.current
            self._signed = sign_card(self._card, self._ring.signing, jku=self._jku)
        return self._signed


def sign_card(card: AgentCard, keys: Iterable[CardKey], *, jku: str) -> AgentCard:
    """A copy with one signature for each key, and with no others.

    Nothing that is empty is signed (spec 8.4.1): a requirement that names a scheme and no scopes
    can be taken away, the scheme itself and every address cannot.
    """
    signed = AgentCard()
    signed.CopyFrom(card)
    signed.ClearField("signatures")
    for key in keys:
        header = ProtectedHeader(alg=key.algorithm, kid=key.kid, jku=jku, typ="JOSE")
        assert key.private is not None
        create_agent_card_signer(key.private, header)(signed)
    return signed
