"""Sends signed bodies to endpoints: one try each, without redirects, without proxies, without reading answers."""

import asyncio
import ssl
from collections.abc import Callable, Collection
from datetime import datetime
from time import perf_counter

import certifi

from resolvers.operation.sending import Parcel
from rules.webhooks import Attempt, AttemptError, error_of_status
from server.address_guard import AddressGuard, ForbiddenAddress, UnknownName
from server.kept_connections import KeptConnections

LONGEST_RETRY_AFTER = 100
AGENT = b"customer-api"


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
        tls = trusted or ssl.create_default_context(cafile=certifi.where())
        tls.set_alpn_protocols(["http/1.1"])
        self._connections = KeptConnections(guard or AddressGuard(self.private_hosts), tls)

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
        await self._connections.close()

    async def _post(self, parcel: Parcel, at: datetime) -> tuple[int, str | None]:
        """The status of the answer, and how long it asks to wait."""
        body = parcel.body.encode()
        headers = [
            (b"Content-Type", b"application/json"),
            (b"Content-Length", str(len(body)).encode()),
            (b"User-Agent", AGENT),
            *((name.encode(), value.encode()) for name, value in parcel.headers(at).items()),
        ]
        answer = await self._connections.post(parcel.url, headers, body)
        return answer.status, _text(answer.headers.get(b"retry-after"))


def _text(value: bytes | None) -> str | None:
    return None if value is None else value[:LONGEST_RETRY_AFTER].decode("latin-1")


def error_of(failure: BaseException) -> AttemptError:
    """Why nothing was delivered, in one word."""
    if isinstance(failure, TimeoutError):
        return AttemptError.TIMEOUT
    if isinstance(failure, UnknownName):
        return AttemptError.NAME
    if isinstance(failure, ForbiddenAddress):
        return AttemptError.ADDRESS
    return AttemptError.TLS if isinstance(failure, ssl.SSLError) else AttemptError.REFUSED
