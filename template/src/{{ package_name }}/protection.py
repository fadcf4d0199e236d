"""What keeps out who does not belong here: settings in, doors and keys out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from .security.addresses import (
    AddressError,
    client_address,
    crowd_of,
    network_of,
    parse_networks,
)
from .security.authentication import Authentication
from .security.authorization import Authorization, AuthorizationError
from .security.cards.keys import CardKeys, CardKeysError
from .security.file_watch import FileWatch
from .security.gate import Gate, Limit
from .security.identity.api_keys import ApiKeys, ApiKeysError
from .security.identity.client_certificates import ClientCertificates
from .security.identity.credentials import Verifier
from .security.identity.development_issuer import ISSUER, DevelopmentIssuer, DevelopmentIssuerError
from .security.identity.gateway import Gateway
from .security.identity.token_rules import TokenRules, TokenRulesError
from .security.identity.tokens import Tokens
from .security.key_sets.key_sets import key_set
from .security.key_sets.keys import KeySetError
from .security.limits.rate_limits import (
    Counters,
    LimitError,
    MemoryCounters,
    RateLimit,
    parse_limit,
)
from .security.limits.shared_limits import SharedCounters, SharedLimitsError
from .security.push.allow_list import PushTargetsError
from .security.push.safety import push_security
from .security.sealing import SealingError
from .security.tls.certificate import ServerCertificate
from .security.tls.files import TlsError
from .settings import Settings
from .tasks.calls.quotas import Quotas
from .tasks.push.notifications import PushSecurity

FAULTS = (
    AddressError,
    ApiKeysError,
    AuthorizationError,
    CardKeysError,
    DevelopmentIssuerError,
    KeySetError,
    LimitError,
    PushTargetsError,
    SealingError,
    SharedLimitsError,
    TlsError,
    TokenRulesError,
)


class ProtectionError(Exception):
    """A file or a setting cannot be used; the text is one sentence for the operator."""


class Protection:
    """Everything of security that one process holds; raises ProtectionError.

    `name` is the agent's, and `skill_scopes` what its skills ask of callers. Each of `certificate`
    and `card_keys` is None without a file or folder for it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        name: str,
        skill_scopes: Mapping[str, Sequence[str]],
        refused: Callable[[str, str], None],
    ) -> None:
        self._settings = settings
        self._files = FileWatch()
        self._tokens: Tokens | None = None
        self._shared: SharedCounters | None = None
        try:
            self._trusted_proxies = parse_networks(settings.trusted_proxies)
            self.gate = self._gate(name, skill_scopes, refused)
            self.certificate = self._certificate()
            self.card_keys = self._card_keys()
            self.push = self._push()
        except FAULTS as error:
            raise ProtectionError(str(error)) from None
        self.crowd_of = partial(crowd_of, trusted=self._trusted_proxies)
        self.quotas = Quotas(
            max_streams=settings.max_streams_per_caller,
            max_tasks=settings.max_tasks_per_caller,
            group=network_of,
        )

    def start(self) -> None:
        """Fetch keys, and watch files."""
        self._files.start()
        if self._tokens is not None:
            self._tokens.start()

    async def stop(self) -> None:
        """End what has been started, if it has."""
        await self._files.stop()
        if self._tokens is not None:
            await self._tokens.stop()
        if self._shared is not None:
            await self._shared.close()

    def _gate(
        self,
        name: str,
        skill_scopes: Mapping[str, Sequence[str]],
        refused: Callable[[str, str], None],
    ) -> Gate:
        settings = self._settings
        per_caller, per_address = settings.limits
        counters = self._counters(name)
        return Gate(
            Authentication([*self._verifiers()], realm=name),
            may=Authorization(
                required_scopes=settings.required_scopes.split(),
                operation_scopes=settings.operation_scopes,
                skill_scopes=skill_scopes,
            ),
            address_of=partial(client_address, trusted=self._trusted_proxies),
            per_address=_limit(per_address, "address", counters, group=network_of),
            per_caller=_limit(per_caller, "caller", counters),
            refused=refused,
        )

    def _verifiers(self) -> Iterator[Verifier]:
        """In the order of preference."""
        settings = self._settings
        if settings.authentication == "gateway":
            yield Gateway(settings.gateway_user_header)
        if "jwt" in settings.identities:
            self._tokens = self._trusted()
            yield self._tokens
        if "api-key" in settings.identities:
            keys = ApiKeys(Path(settings.api_keys_file))
            self._files.add(keys.paths, keys.reload)
            yield keys
        if "mtls" in settings.identities:
            yield ClientCertificates()

    def _trusted(self) -> Tokens:
        settings = self._settings
        issuers = settings.jwt_issuers.split()
        addresses = settings.jwks_urls.split() or [""] * len(issuers)
        if not issuers:
            issuers, addresses = [ISSUER], [DevelopmentIssuer().key_set]
        production = settings.environment == "production"
        key_sets = {
            issuer: key_set(issuer, address, https_only=production)
            for issuer, address in zip(issuers, addresses, strict=True)
        }
        for keys in key_sets.values():
            self._files.add(keys.paths, keys.reload)
        rules = TokenRules(
            audience=settings.jwt_audience or settings.http_address,
            algorithms=settings.jwt_algorithms.split(),
            leeway_seconds=settings.jwt_leeway_seconds,
            tenant_claim=settings.jwt_tenant_claim,
        )
        return Tokens(key_sets, rules)

    def _counters(self, name: str) -> Counters:
        local = MemoryCounters()
        if url := self._settings.redis_url.get_secret_value():
            self._shared = SharedCounters(url, prefix=name, local=local)
        return self._shared or local

    def _certificate(self) -> ServerCertificate | None:
        settings = self._settings
        if not settings.tls_cert_file:
            return None
        authorities = settings.tls_client_ca_file
        certificate = ServerCertificate(
            Path(settings.tls_cert_file),
            Path(settings.tls_key_file),
            Path(authorities) if authorities else None,
        )
        self._files.add(certificate.paths, certificate.reload)
        return certificate

    def _card_keys(self) -> CardKeys | None:
        if not self._settings.card_keys_dir:
            return None
        keys = CardKeys(Path(self._settings.card_keys_dir))
        self._files.add(keys.paths, keys.reload)
        return keys

    def _push(self) -> PushSecurity:
        settings = self._settings
        return push_security(
            allowed=settings.push_targets,
            keys=settings.encryption_keys.get_secret_value().split(),
            key_file=_key_file(settings),
            sign=self.card_keys.sign_detached if self.card_keys else None,
        )


def _limit(
    rate: str, of: str, counters: Counters, group: Callable[[str], str] = str
) -> Limit | None:
    limit = parse_limit(rate, of=of)
    return None if limit is None else RateLimit(limit, counters, group=group).hit


def _key_file(settings: Settings) -> Path | None:
    if settings.database_url == "memory://":
        return None
    if settings.shares_database:
        return Path("data/encryption.key")
    return Path(settings.database_url.removeprefix("sqlite:///") + ".key")
