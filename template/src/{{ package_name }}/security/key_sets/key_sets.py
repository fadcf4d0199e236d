"""The keys of one issuer, fetched before they are needed, and kept while it cannot be reached."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from ...tasks.calls.security_events import security_event
from .key_sources import Fetched, FileSource, Source, WebSource
from .keys import Key, KeySetError, parse_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """How old keys may become."""

    default_seconds: float = 300.0  # where the issuer does not say
    least_seconds: float = 60.0
    most_seconds: float = 3600.0
    # Between looks for a key that nobody knows, and between attempts while the issuer is down.
    cooldown_seconds: float = 30.0
    stale_seconds: float = 86_400.0  # while the issuer is down

    def pause(self, max_age_seconds: float | None) -> float:
        """Until the next look, before the age is reached."""
        age = self.default_seconds if max_age_seconds is None else max_age_seconds
        return 0.8 * min(max(age, self.least_seconds), self.most_seconds)


class KeySet:
    """Finds the key that a token names; `clock` counts seconds."""

    def __init__(
        self,
        issuer: str,
        source: Source,
        *,
        ages: Ages | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.paths: Sequence[Path] = source.paths
        self._issuer = issuer
        self._host = urlsplit(issuer).hostname or issuer
        self._source = source
        self._ages = ages or Ages()
        self._clock = clock
        self._keys: tuple[Key, ...] = ()
        self._fetched_at = self._asked_at = -float("inf")
        self._healthy: bool | None = None
        self._pause = 0.0
        self._fetching: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Fetch the keys now and before they are too old, without making anybody wait."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Fetch no more."""
        for task in filter(None, (self._keeping, self._fetching)):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._keeping = None
        await self._source.close()

    def reload(self) -> None:
        """Read its file anew, if that is where it comes from; a broken one changes nothing."""
        if isinstance(self._source, FileSource):
            try:
                self._take(self._source.read())
            except (KeySetError, OSError) as error:
                self._failed(error)

    async def find(self, kid: str, algorithm: str) -> Key | None:
        """The key of this name; one that is not known may be new, so the issuer is asked.

        Any number of calls makes one such look in each cooldown. Without a name, there has to be
        one key alone.
        """
        key = self._known(kid, algorithm)
        if key is None and (self._is_fetching or self._may_ask()):
            await self.refresh()
            key = self._known(kid, algorithm)
        return key

    def holds(self, key: Key) -> bool:
        """Whether the issuer still has it."""
        return key in self._usable

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be verified at present."""
        return not self._usable

    async def refresh(self) -> None:
        """Fetch the keys, together with everybody else who waits for them; never raises."""
        if not self._is_fetching:
            self._fetching = asyncio.create_task(self._fetch(), context=Context())  # of no call
        if self._fetching is not None:
            await asyncio.wait([self._fetching])

    @property
    def _is_fetching(self) -> bool:
        return self._fetching is not None and not self._fetching.done()

    @property
    def _usable(self) -> tuple[Key, ...]:
        too_old = self._clock() - self._fetched_at > self._ages.stale_seconds
        return () if too_old else self._keys

    def _known(self, kid: str, algorithm: str) -> Key | None:
        keys = self._usable
        if not kid and len(keys) > 1:
            return None
        return next(
            (key for key in keys if kid in {"", key.kid} and algorithm in key.algorithms), None
        )

    def _may_ask(self) -> bool:
        now = self._clock()
        if now - self._asked_at < self._ages.cooldown_seconds:
            return False
        self._asked_at = now
        return True

    async def _keep(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(self._pause)

    async def _fetch(self) -> None:
        try:
            self._take(await self._source.fetch())
        except (KeySetError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            self._failed(error)

    def _take(self, fetched: Fetched) -> None:
        keys = parse_keys(fetched.document)
        self._fetched_at = self._clock()
        self._pause = self._ages.pause(fetched.max_age_seconds)
        if keys != self._keys or not self._healthy:
            self._keys, self._healthy = keys, True
            security_event(
                "keys_refreshed",
                f"Keys in use of {self._issuer}: {len(keys)}",
                failed=False,
                destination__domain=self._host,
            )

    def _failed(self, error: Exception) -> None:
        self._pause = self._ages.cooldown_seconds
        if self._healthy is not False:
            self._healthy = False
            security_event(
                "keys_unavailable",
                f"No keys come from {self._issuer}, and known ones stay in use: {len(self._usable)}",
                failed=True,
                destination__domain=self._host,
                event__reason=str(error) if isinstance(error, KeySetError) else "",
                error__type=type(error).__name__,
            )


def key_set(issuer: str, location: str = "", *, https_only: bool) -> KeySet:
    """The keys at a location: an address, `file:` and a path, or nothing if the issuer tells it.

    Raises KeySetError if that can never work.
    """
    if location.startswith("file:"):
        path = Path(location.removeprefix("file:").removeprefix("//"))
        source = FileSource(path)
        try:
            parse_keys(source.read().document)
        except (KeySetError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error).rstrip(".")
            raise KeySetError(
                f"{path} gives no keys ({reason}): set A2A_JWKS_URLS to another file."
            ) from None
        return KeySet(issuer, source)
    address = location or issuer
    if not address.startswith("https://") and (https_only or not address.startswith("http://")):
        kind = "an https address" if https_only else "an address"
        setting = "A2A_JWKS_URLS" if location else "A2A_JWT_ISSUERS"
        raise KeySetError(f"Keys cannot come from {address}: set {setting} to {kind}.")
    return KeySet(issuer, WebSource(issuer, location, https_only=https_only))
