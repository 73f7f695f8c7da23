"""The application: its routes, and what it opens at start and closes at the end."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from urllib.parse import quote

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry import Schema

from exports.writers.pdf.fonts import Fonts
from models.database import Database
from models.schema_version import head, schema_of
from resolvers.job_files import PATH as JOB_FILES
from resolvers.links import PATH
from resolvers.operation.services import Services
from rules.exports import MEDIA_TYPES, ExportFormat
from server.addresses import TrustedProxies
from server.clock_loop import beginning_nights
from server.code_loop import sending_codes
from server.courier import HttpCourier
from server.delivery_loop import delivering
from server.forgetting import Forgetting, forgetting
from server.http.connections import Connections
from server.http.exports import Exports
from server.http.graphql import Endpoint, utc_now
from server.http.guards import LOCAL_NAMES, SecurityHeaders, ThisMachineOnly
from server.http.job_files import JobFiles
from server.http.limits import (
    connection_limits_of,
    documents_of,
    export_limits_of,
    rates_of,
    report_limits_of,
    response_limits_of,
    socket_limits_of,
)
from server.http.other_pages import OtherPages
from server.http.page import ASSETS, GraphiQLPage, PageFiles
from server.http.page_application import APPLICATION_ASSETS, PATHS, ApplicationPage
from server.http.proxied import BehindProxies
from server.http.responses import Responses
from server.http.subscriptions import Subscriptions, origins_of
from server.identity.auth import Authentication, keys_of
from server.identity.keys import sealing_of, signing_of
from server.identity.provider_page import provider_of
from server.job_loop import doing_jobs
from server.sdl import served_schema
from server.settings import Settings, load_settings
from server.stopping import Stopping
from server.store import prepare
from server.watching.logs import RequestIds, configure_logs
from server.watching.sampling import MetricsPage, sampling

log = structlog.get_logger()

READY_WITHIN_SECONDS = 3
READY_KEPT_SECONDS = 1.0
# A small answer would hardly shrink; the hardest compression takes several times as long for a few percent.
PACKED = tuple(media for kind, media in MEDIA_TYPES.items() if kind is not ExportFormat.CSV)
GZIP = Middleware(
    GZipMiddleware,
    minimum_size=1_000,
    compresslevel=5,
    exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *PACKED),
)


def create_app(settings: Settings | None = None, schema: Schema | None = None) -> Starlette:
    """The application under these settings, by default those of the environment. Nothing is opened before its start."""
    is_process = settings is None
    settings = settings or load_settings()
    configure_logs(settings)
    settings.secret()  # without one it does not even begin
    proxies = TrustedProxies(settings.trusted_proxies)
    made = Starlette(
        routes=[
            Route("/graphql", _graphql, methods=["GET", "POST"]),
            WebSocketRoute("/graphql", _subscribed),
            *(Route(path, _application) for path in PATHS),
            Route(f"{PATH}{{file_name}}", _export, methods=["GET"]),
            Route(f"{JOB_FILES}{{file_name}}", _job_file, methods=["GET"]),
            Route("/healthz", _alive),
            Route("/readyz", _ready),
            *([Route("/metrics", _metrics)] if settings.metrics else []),
            Mount("/static/graphiql", PageFiles(directory=ASSETS, check_dir=False)),
            Mount("/static/app", PageFiles(directory=APPLICATION_ASSETS, check_dir=False)),
        ],
        middleware=[
            Middleware(RequestIds),
            Middleware(SecurityHeaders),
            *_leave(settings),
            Middleware(BehindProxies, proxies, settings.max_connections_per_address),
            *_guards(settings),
            GZIP,
        ],
        exception_handlers={404: _unknown},
        lifespan=lambda app: _lifespan(
            app,
            settings,
            schema or served_schema(),
            Connections(connection_limits_of(settings), proxies),
            is_process=is_process,
        ),
    )
    made.router.redirect_slashes = False  # it would send people to whatever host the request names
    return made


def _leave(settings: Settings) -> list[Middleware]:
    origins = origins_of(settings.allowed_origins)
    return [Middleware(OtherPages, origins)] if origins else []


def _guards(settings: Settings) -> list[Middleware]:
    if not settings.demo:
        return []
    return [
        Middleware(ThisMachineOnly),
        # Another site may make its own name point here and read the page with the token.
        Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_NAMES, www_redirect=False),
    ]


@asynccontextmanager
async def _lifespan(
    app: Starlette, settings: Settings, schema: Schema, connections: Connections, *, is_process: bool
) -> AsyncGenerator[dict[str, Any]]:
    """What lives as long as the application. The state that it yields is what its connections are held to."""
    courier = HttpCourier(utc_now, settings.private_hosts)
    services = Services(
        Database(settings.store),
        report_limits_of(settings),
        signing=signing_of(settings),
        sealing=sealing_of(settings),
        courier=courier,
        slow_seconds=settings.slow_seconds,
        sends_mail=settings.smtp_url is not None,
        nightly_hour=settings.nightly_hour,
    )
    rates = rates_of(settings)
    try:
        await prepare(services.database, settings)
        app.state.readiness = Readiness(services.database)
        responses = Responses(schema, services.revisions, response_limits_of(settings))
        app.state.endpoint = endpoint = Endpoint(
            schema=schema,
            services=services,
            authentication=Authentication(keys_of(settings), services.database),
            documents=documents_of(settings, schema),
            page=GraphiQLPage(settings, services.database) if settings.graphiql else None,
            rates=rates,
            responses=responses,
            seconds=settings.operation_seconds,
            body_seconds=settings.body_seconds,
            most_bytes=settings.max_answer,
        )
        app.state.exports = Exports(
            services,
            endpoint.authentication,
            Fonts(settings.fonts),
            export_limits_of(settings),
            utc_now,
            rates,
        )
        app.state.job_files = JobFiles(services, utc_now)
        app.state.application = ApplicationPage(settings, services.database, provider_of(settings))
        app.state.subscriptions = Subscriptions(
            endpoint, origins_of(settings.allowed_origins), socket_limits_of(settings)
        )
        app.state.stopping = stopping = Stopping()
        forgets = Forgetting(services, responses, endpoint.documents)
        async with (
            sampling(services, responses) as sampler,
            doing_jobs(services, utc_now),
            delivering(services, utc_now),
            sending_codes(services, settings.mail_server(), utc_now),
            beginning_nights(services, utc_now),
            forgetting(forgets),
        ):
            app.state.metrics = MetricsPage(settings, sampler)
            if is_process:
                # What lives as long as the process is looked through no more: that took 150 ms amid requests.
                gc.collect()
                gc.freeze()
            log.info("started", store=services.database.url.render_as_string(hide_password=True), demo=settings.demo)
            with stopping.heeded(settings.drain_seconds):
                yield {"connections": connections}
    finally:
        if rates:
            await rates.close()
        await courier.close()
        await services.close()
        log.info("stopped")


async def _graphql(request: Request) -> Response:
    endpoint: Endpoint = request.app.state.endpoint
    return await endpoint.answer(request)


async def _export(request: Request) -> Response:
    exports: Exports = request.app.state.exports
    return await exports.answer(request)


async def _job_file(request: Request) -> Response:
    files: JobFiles = request.app.state.job_files
    return await files.answer(request)


async def _subscribed(socket: WebSocket) -> None:
    subscriptions: Subscriptions = socket.app.state.subscriptions
    await subscriptions.answer(socket)


async def _application(request: Request) -> Response:
    page: ApplicationPage = request.app.state.application
    return await page.response(request, utc_now())


async def _unknown(request: Request, _error: Exception) -> Response:
    without = request.scope["path"].rstrip("/")
    if without != request.scope["path"] and _is_served(request, without):
        asked = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{quote(without)}{asked}")
    page: ApplicationPage = request.app.state.application
    return await page.not_found(request, utc_now())


def _is_served(request: Request, path: str) -> bool:
    routes: list[BaseRoute] = request.app.router.routes
    scope = {**request.scope, "path": path}
    return any(isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE for route in routes)


async def _metrics(request: Request) -> Response:
    page: MetricsPage = request.app.state.metrics
    return await page.answer(request)


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


class Readiness:
    """Whether the store can be used, asked once a second however many want to know."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._one_at_a_time = asyncio.Lock()
        self._asked_at = float("-inf")
        self._reason: str | None = None

    async def reason(self) -> str | None:
        """Why not, None where it can."""
        async with self._one_at_a_time:
            if monotonic() - self._asked_at >= READY_KEPT_SECONDS:
                self._reason = await _not_ready(self._database)
                self._asked_at = monotonic()
        return self._reason


async def _ready(request: Request) -> Response:
    stopping: Stopping = request.app.state.stopping
    readiness: Readiness = request.app.state.readiness
    reason = "it is stopping" if stopping.is_told else await readiness.reason()
    if reason:
        return JSONResponse({"status": "not ready", "reason": reason}, 503, {"Retry-After": "5"})
    return JSONResponse({"status": "ready"})


async def _not_ready(database: Database) -> str | None:
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            current = await schema_of(database)
    except Exception as error:  # noqa: BLE001  whatever it is, nobody should be sent here
        log.warning("not ready", error=type(error).__name__)
        return "the database does not answer"
    return None if current == head() else "the database is not at the schema of this version"
