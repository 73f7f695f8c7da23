"""Serving: the checks before it, the demo shop where there is nothing else, and the processes."""

import asyncio
import errno
import os
import resource
import secrets
import socket
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer
import uvicorn

from resolvers.businesses import find_business
from resolvers.operation.viewer import Role, Viewer
from rules.demo import DEMO_BUSINESS
from rules.failures import Failure
from server.http.documents import read_manifest
from server.http.page import BUILT
from server.http.subscriptions import LARGEST_MESSAGE
from server.identity.auth import token_for
from server.settings import Settings, hand_on, is_loopback
from server.store import opened
from server.watching.metrics import shared_by_workers
from server.watching.metrics_port import told_to_this_machine

DEMO_TOKEN = timedelta(days=30)
SHUTDOWN_SECONDS = 20
ENDING_SECONDS = 10  # within which a worker that is told to stop, and drains no more, listens no more
LOOKS_EVERY_SECONDS = 0.1
OTHER_FILES = 500  # of stores, their copies, logs and exports
# A worker that is busy loading on a busy machine is not dead; one that is killed just when it is asked whether it lives
# is missed for so long, and no other is started meanwhile.
UNRESPONSIVE_SECONDS = 12


class CannotServe(Failure):
    """The server cannot start; the message says what to change."""


def serve(settings: Settings) -> None:
    """Answer until told to stop."""
    settings.secret()
    if settings.demo and not is_loopback(settings.host):
        raise CannotServe(
            f"the demo listens on this machine only, not on {settings.host}: "
            "set DATABASE_URL and SECRET_KEY to serve others"
        )
    if settings.documents:
        read_manifest(settings.documents)
    _allow_open_files(settings.max_connections + OTHER_FILES)
    _wait_for_port(settings.host, settings.port, settings.drain_seconds + ENDING_SECONDS)
    token = asyncio.run(_prepared(settings, datetime.now(UTC)))
    _announce(settings, token)
    # The processes read the same settings from their environment; other options are only for listening.
    hand_on(documents=settings.documents, only_documents=settings.only_documents)
    if not settings.link_secrets():  # the tokens are an identity provider's: all processes share a key of this start
        hand_on(link_keys=secrets.token_urlsafe(48))
    with shared_by_workers(settings.workers) as folder, _told(settings.metrics_port, folder):
        uvicorn.run(
            "server.worker:application",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            http="server.http.listening:LimitedHttp",
            ws="server.http.listening:LimitedSocket",
            proxy_headers=False,  # server.http.proxied heeds them
            ws_max_size=LARGEST_MESSAGE,
            timeout_worker_healthcheck=UNRESPONSIVE_SECONDS,
        )


def _allow_open_files(wanted: int) -> None:
    """Have the system give this process and its workers as many open files, a connection being one of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    given = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if given < wanted:
        typer.echo(f"MAX_CONNECTIONS needs {wanted:,} open files, the system allows {given:,} (ulimit -n)", err=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (given, hard))


@contextmanager
def _told(port: int | None, folder: Path | None) -> Generator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(told_to_this_machine(port, folder))
        except OSError as error:
            raise CannotServe(f"cannot tell metrics on METRICS_PORT {port}: {error.strerror or error}") from error
        yield


def _wait_for_port(host: str, port: int, seconds: float, pause: Callable[[float], None] = time.sleep) -> None:
    """Wait while a port is taken, so long as the workers of a server that was killed may go on listening."""
    waited = 0.0
    while _is_taken(host, port):
        if not waited:
            typer.echo(f"{host}:{port} is in use: waiting up to {seconds:g} s for the server there to end", err=True)
        if waited >= seconds:
            raise _cannot_listen(host, port, os.strerror(errno.EADDRINUSE))
        pause(LOOKS_EVERY_SECONDS)
        waited += LOOKS_EVERY_SECONDS


def _is_taken(host: str, port: int) -> bool:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
        return False
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return True
        raise _cannot_listen(host, port, error.strerror or str(error)) from error


def _cannot_listen(host: str, port: int, reason: str) -> CannotServe:
    return CannotServe(f"cannot listen on {host}:{port}: {reason} (choose with --host and --port)")


async def _prepared(settings: Settings, now: datetime) -> str | None:
    if not settings.demo:
        async with opened(settings):
            return None
    from server.commands import filling  # noqa: PLC0415  a store of its own is filled by import

    await filling.grow(settings, now=now)
    async with opened(settings) as database:
        business = await find_business(database, DEMO_BUSINESS)
    if business is None or settings.secret() is None:
        return None
    viewer = Viewer(subject="demo", role=Role.ADMIN, business_id=business.id, pii=True)
    return token_for(viewer, settings, now, DEMO_TOKEN)


def _announce(settings: Settings, token: str | None) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(f"Customer API: http://{host}:{settings.port}/graphql")
    typer.echo(f"  in a browser: http://{host}:{settings.port}/")
    if settings.graphiql and not (BUILT / "graphiql" / "index.html").is_file():
        typer.echo("  (without its GraphiQL page, see there why)")
    if token:
        typer.echo(f"  demo shop, in var/; a token for it, good for {DEMO_TOKEN.days} days:")
        typer.echo(f"  {token}")
