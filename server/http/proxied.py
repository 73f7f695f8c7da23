"""Requests that a proxy of ours has passed on: whose they are, and how many of one caller are answered at a time."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from server.addresses import TrustedProxies, address_group
from server.http.connections import RETRY_AFTER_SECONDS, Crowding
from server.http.shares import Shares


class BehindProxies:
    """Makes the caller's address the request's, and holds each behind a proxy to the share that connections have.

    The connections of a proxy are its own, kept for whoever comes: what a caller holds behind it are requests and
    sockets.
    """

    def __init__(self, app: ASGIApp, proxies: TrustedProxies, per_address: int) -> None:
        self._app = app
        self._proxies = proxies
        self._shares = Shares(per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        client = scope.get("client")
        if scope["type"] not in ("http", "websocket") or client is None or client[0] not in self._proxies:
            return await self._app(scope, receive, send)
        caller = self._proxies.caller(client[0], Headers(scope=scope).getlist("x-forwarded-for"))
        if caller in self._proxies:
            return await self._app(scope, receive, send)
        scope["client"] = (caller, 0)
        return await self._within_share(address_group(caller), scope, receive, send)

    async def _within_share(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._shares.take(address):
            crowding = Crowding.ADDRESS
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            refusal = PlainTextResponse(f"{crowding.message}\n", crowding.status, headers)
            return await refusal(scope, receive, send)
        try:
            return await self._app(scope, receive, send)
        finally:
            self._shares.give_back(address)
