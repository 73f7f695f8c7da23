"""The public keys of an identity provider: fetched on first need, when old, and when a token names an unknown one."""

import asyncio
import time
from datetime import timedelta

import httpx
from jwt import PyJWK, PyJWKSet, PyJWTError

from resolvers.operation.errors import Unavailable

KEPT = timedelta(minutes=10).total_seconds()
ASKED_AGAIN_AFTER = timedelta(seconds=5).total_seconds()
TIMEOUT = timedelta(seconds=5).total_seconds()


class KeySet:
    """The keys at a URL, by their key id. While the provider does not answer, the keys of before still serve."""

    def __init__(self, url: str, asked_again_after: float = ASKED_AGAIN_AFTER) -> None:
        self.edition = 0
        self._url = url
        self._asked_again_after = asked_again_after
        self._keys: dict[str | None, PyJWK] | None = None
        self._asked_at = float("-inf")
        self._failure: Exception | None = None
        self._one_at_a_time = asyncio.Lock()

    async def key(self, key_id: str | None) -> PyJWK | None:
        """The key of this id, None where the provider has none; Unavailable where no keys could be fetched yet."""
        if self._is_due(key_id):
            async with self._one_at_a_time:
                if self._is_due(key_id):
                    await self._ask()
        if self._keys is None:
            raise Unavailable("the identity provider's keys cannot be fetched just now") from self._failure
        return self._keys.get(key_id)

    def _is_due(self, key_id: str | None) -> bool:
        age = time.monotonic() - self._asked_at
        wanted = self._keys is None or key_id not in self._keys or age > KEPT
        return wanted and age >= self._asked_again_after

    async def _ask(self) -> None:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT) as client:
                response = await client.get(self._url)
            response.raise_for_status()
            keys = PyJWKSet.from_dict(response.json()).keys
            self._keys = {key.key_id: key for key in keys if key.public_key_use in ("sig", None)}
            self.edition += 1
        except (httpx.HTTPError, ValueError, AttributeError, PyJWTError) as error:
            self._failure = error
        finally:
            self._asked_at = time.monotonic()
