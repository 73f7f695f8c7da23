"""Sends signed bodies to endpoints: one try each, without redirects, without proxies, without reading answers."""

import asyncio
import importlib.util
import ssl
import sys
from collections.abc import Callable, Collection
from datetime import datetime
from time import perf_counter

import certifi
import httpcore

from resolvers.operation.sending import Parcel
from rules.webhooks import Attempt, AttemptError, error_of_status
from server.address_guard import AddressGuard, ForbiddenAddress, UnknownName

if importlib.util.find_spec("sniffio") is None:
    # httpcore looks for it several times a request; what is not there is looked for in every folder each time.
    sys.modules["sniffio"] = None  # pyright: ignore[reportArgumentType]  which is how an import is refused
MOST_CONNECTIONS = 500  # as many as are tried at once
IDLE_CONNECTIONS = 100
IDLE_SECONDS = 30.0
LONGEST_RETRY_AFTER = 100
AGENT = b"customer-api"
NO_BODY = 204


class HttpCourier:
    """Sends parcels over HTTP/1.1, with connections that are kept between them."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        private_hosts: Collection[str] = (),
        guard: AddressGuard | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self.private_hosts = frozenset(private_hosts)
        self._clock = clock
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted or ssl.create_default_context(cafile=certifi.where()),
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=guard or AddressGuard(self.private_hosts),
        )

    async def send(self, parcel: Parcel, *, seconds: float) -> Attempt:
        """Try once, for so long at most."""
        at, began = self._clock(), perf_counter()
        status, retry_after, error = None, None, None
        try:
            async with asyncio.timeout(seconds):
                status, retry_after = await self._post(parcel, at)
        except Exception as failure:  # noqa: BLE001  whatever it is, it was not delivered
            error = error_of(failure)
        else:
            error = error_of_status(status)
        return Attempt(at, status, (perf_counter() - began) * 1000, error, retry_after)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def _post(self, parcel: Parcel, at: datetime) -> tuple[int, str | None]:
        """The status of the answer, and how long it asks to wait."""
        body = parcel.body.encode()
        told = {name.encode(): value.encode() for name, value in parcel.headers(at).items()}
        headers = [
            (b"Content-Type", b"application/json"),
            (b"Content-Length", str(len(body)).encode()),
            (b"User-Agent", AGENT),
            *told.items(),
        ]
        async with self._pool.stream("POST", parcel.url, headers=headers, content=body) as answer:
            given = {name.lower(): value for name, value in answer.headers}
            if answer.status == NO_BODY or given.get(b"content-length") == b"0":
                await answer.aread()  # there is nothing, and so the connection can be used again
            return answer.status, _text(given.get(b"retry-after"))


def _text(value: bytes | None) -> str | None:
    return None if value is None else value[:LONGEST_RETRY_AFTER].decode("latin-1")


def error_of(failure: BaseException) -> AttemptError:
    """Why nothing was delivered, in one word."""
    if isinstance(failure, TimeoutError | httpcore.TimeoutException):
        return AttemptError.TIMEOUT
    if isinstance(failure, UnknownName):
        return AttemptError.NAME
    if isinstance(failure, ForbiddenAddress):
        return AttemptError.ADDRESS
    return AttemptError.TLS if _is_of_tls(failure) else AttemptError.REFUSED


def _is_of_tls(failure: BaseException | None) -> bool:
    while failure is not None:
        if isinstance(failure, ssl.SSLError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False
