"""Looks at what cannot be counted where it happens, and answers /metrics."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from time import perf_counter

import structlog
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from analytics.copy.tables import EVERYTHING
from resolvers.businesses import businesses
from resolvers.delivered import delivery_lateness
from resolvers.nights import last_nights
from resolvers.operation.computed import Sized
from resolvers.operation.services import Services
from server.settings import Settings
from server.watching import metrics

log = structlog.get_logger()

SAMPLE_SECONDS = 5.0
STORE_SECONDS = 2.0


class Sampler:
    """Brings the figures of one process's services into the registry."""

    def __init__(self, services: Services, responses: Sized | None = None) -> None:
        self._services = services
        self._responses = responses
        self._counted: dict[Counter, float] = {}

    async def sample(self) -> None:
        """Look at everything once. The lag of copies stays as it was while the store does not answer."""
        self._look_at_mirrors()
        reports = self._services.reports
        self._reach(metrics.REPORT_CACHE.labels("hit"), reports.hits)
        self._reach(metrics.REPORT_CACHE.labels("miss"), reports.misses)
        metrics.REPORT_CACHE_BYTES.set(reports.nbytes)
        metrics.RESPONSE_CACHE_BYTES.set(self._responses.nbytes if self._responses else 0)
        metrics.POOL_IN_USE.set(self._services.database.connections_in_use)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._look_at_store()
                await self._look_at_webhooks()
                await self._look_at_nights()
        except Exception as error:  # noqa: BLE001  whatever it is, the other figures are good
            log.warning("lag of copies and deliveries not measured", error=type(error).__name__)

    def _look_at_mirrors(self) -> None:
        for copy in self._services.copies.all():
            business, figures = copy.business_id, copy.figures
            metrics.MIRROR_BYTES.labels(business).set(figures.nbytes)
            for name in EVERYTHING:
                metrics.MIRROR_ROWS.labels(business, name).set(figures.rows.get(name, 0))
            for counter, total in (
                (metrics.MIRROR_LOADS, figures.loads),
                (metrics.MIRROR_LOAD_SECONDS, figures.load_seconds),
                (metrics.MIRROR_CATCH_UPS, figures.catch_ups),
                (metrics.MIRROR_CATCH_UP_SECONDS, figures.catch_up_seconds),
                (metrics.MIRROR_COMPACTIONS, figures.compactions),
            ):
                self._reach(counter.labels(business), total)

    async def _look_at_store(self) -> None:
        held = {m.business_id: m.revision for m in self._services.copies.all() if m.revision is not None}
        if held:
            for row in await businesses(self._services.database):
                lag = row.revision - held.get(row.id, row.revision)
                metrics.MIRROR_LAG.labels(row.id).set(max(0, lag))

    async def _look_at_webhooks(self) -> None:
        for late in await delivery_lateness(self._services.database, datetime.now(UTC)):
            metrics.WEBHOOK_LATE.labels(late.business_id).set(late.seconds)
            metrics.WEBHOOK_FAILING.labels(late.business_id).set(late.failing)

    async def _look_at_nights(self) -> None:
        for night in await last_nights(self._services.database, datetime.now(UTC)):
            metrics.NIGHTLY_FAILURES.labels(night.business_id).set(night.failures)
            if night.day is not None and night.age is not None:
                metrics.NIGHTLY_LAST_DAY.labels(night.business_id).set(night.day.timestamp())
                metrics.NIGHTLY_AGE.labels(night.business_id).set(night.age.total_seconds())

    def _reach(self, counter: Counter, total: float) -> None:
        """Bring a counter to a total that something else counts."""
        counter.inc(max(0.0, total - self._counted.get(counter, 0.0)))
        self._counted[counter] = total


@asynccontextmanager
async def sampling(services: Services, responses: Sized) -> AsyncGenerator[Sampler]:
    """A sampler that also looks by itself, so that other workers know, beside a look at the lag of this event loop."""
    sampler, stop = Sampler(services, responses), asyncio.Event()
    tasks = (asyncio.create_task(_sample_often(sampler, stop)), asyncio.create_task(_watch_the_loop(stop)))
    try:
        yield sampler
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def _sample_often(sampler: Sampler, stop: asyncio.Event) -> None:
    while not await _stopped_within(stop, SAMPLE_SECONDS):
        await sampler.sample()


async def _watch_the_loop(stop: asyncio.Event) -> None:
    due = perf_counter() + metrics.TICK_SECONDS
    while not await _stopped_within(stop, metrics.TICK_SECONDS):
        metrics.LOOP_LAG.observe(max(0.0, perf_counter() - due))
        due = perf_counter() + metrics.TICK_SECONDS


async def _stopped_within(stop: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


class MetricsPage:
    """Answers /metrics: whom METRICS_TOKEN lets in. The demo has none: whom it answers at all may read them."""

    def __init__(self, settings: Settings, sampler: Sampler) -> None:
        self._token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
        self._is_open = settings.demo and self._token is None
        self._folder = settings.prometheus_multiproc_dir
        self._sampler = sampler

    async def answer(self, request: Request) -> Response:
        """All metrics as text."""
        if self._token is None and not self._is_open:
            return PlainTextResponse("Set METRICS_TOKEN to read the metrics.\n", 403)
        if not self._is_open and not self._holds_token(request):
            return PlainTextResponse("The metrics need METRICS_TOKEN.\n", 401, {"WWW-Authenticate": "Bearer"})
        await self._sampler.sample()
        return Response(metrics.as_text(self._folder), media_type=metrics.FORMAT, headers={"Cache-Control": "no-store"})

    def _holds_token(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(
            given.strip().encode(), (self._token or "").encode()
        )
