"""How much of an operation's cost each bearer may spend a minute: kept in memory, or in Redis for all processes."""

import time
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Any, Protocol

import structlog
from graphql import GraphQLError

from resolvers.operation.viewer import Viewer

log = structlog.get_logger()

RATE_LIMITED = "RATE_LIMITED"
REDIS_SECONDS = 0.25  # a bucket is not worth waiting longer for
REDIS_PAUSE_SECONDS = 5
NAME_LENGTH = 32


class Counting(Protocol):
    """Where the spent points of a window are counted."""

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to what was spent, and what that makes."""
        ...

    async def get_expiry(self, key: str) -> float:
        """When the window ends, as a time stamp."""
        ...

    async def clear(self, key: str) -> None:
        """Begin a window anew."""
        ...


class Rates:
    """The buckets of all bearers. Without Redis, or while it does not answer, each process has its own."""

    def __init__(self, points_per_minute: int, redis_url: str | None = None) -> None:
        from limits import RateLimitItemPerMinute  # noqa: PLC0415  most servers have no such limit
        from limits.aio.storage import MemoryStorage  # noqa: PLC0415

        self.budget = points_per_minute
        self._item = RateLimitItemPerMinute(points_per_minute)
        self._memory = MemoryStorage()
        self._redis = _redis(redis_url) if redis_url else None
        self._silent_until = 0.0

    async def spend(self, bucket: str, cost: int) -> int:
        """What is left in a bucket after this cost; a GraphQLError says when there is enough again."""
        from limits.errors import StorageError  # noqa: PLC0415

        key = self._item.key_for(bucket)
        if self._redis is not None and time.monotonic() >= self._silent_until:
            try:
                return await self._spend(self._redis, key, cost)
            except StorageError as error:
                self._silent_until = time.monotonic() + REDIS_PAUSE_SECONDS
                reason = type(error.storage_error).__name__
                log.warning("redis does not answer: rates are kept by each process", error=reason)
        return await self._spend(self._memory, key, cost)

    async def _spend(self, counting: Counting, key: str, cost: int) -> int:
        spent = await counting.incr(key, self._item.get_expiry(), cost)
        if spent <= self.budget:
            return self.budget - spent
        spent = await counting.incr(key, self._item.get_expiry(), -cost)  # what is refused costs nothing
        seconds = max(1, ceil(await counting.get_expiry(key) - time.time()))
        if seconds > self._item.get_expiry() + 1:  # the clock was set back: the window would last as much longer
            await counting.clear(key)
            return self.budget - await counting.incr(key, self._item.get_expiry(), cost)
        raise too_fast(cost, self.budget, max(0, self.budget - spent), seconds)

    async def close(self) -> None:
        """Let go of Redis."""
        if self._redis is not None:
            await self._redis.bridge.storage.aclose()


@dataclass(frozen=True)
class CostSpent:
    """What an operation costs, what it may cost, and what is left of the token's bucket, None without one."""

    requested: int
    budget: int
    remaining: int | None

    @property
    def shown(self) -> dict[str, Any]:
        """As an answer tells it."""
        return {"cost": {"requested": self.requested, "budget": self.budget, "remaining": self.remaining}}


def bucket_of(viewer: Viewer) -> str:
    """The name of the bucket of all tokens of a subject in a business, from which neither can be had."""
    name = f"{viewer.business_id} {viewer.subject}".encode(errors="surrogatepass")
    return sha256(name).hexdigest()[:NAME_LENGTH]


def too_fast(cost: int, budget: int, remaining: int, seconds: int) -> GraphQLError:
    """The refusal of a token that has spent its points."""
    return GraphQLError(
        f"the operation costs {cost:,} points, and {remaining:,} of {budget:,} a minute are left to this token: "
        f"ask again in {seconds} s",
        extensions={"code": RATE_LIMITED, "retryAfter": seconds, "requested": cost, "remaining": remaining},
    )


def _redis(url: str) -> Any:
    from limits.aio.storage import RedisStorage  # noqa: PLC0415

    return RedisStorage(
        f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="customer-api",
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )
