"""What stands before every route: headers that a browser obeys, and in demo mode a door for this machine only."""

from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.settings import is_loopback

LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]
FORWARDED = frozenset((b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"x-cluster-client-ip", b"true-client-ip"))
FORWARDED_BEGINNINGS = (b"x-forwarded-", b"x-original-", b"x-envoy-", b"cf-connecting-")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
HOW_TO_SERVE = "set DATABASE_URL and SECRET_KEY to serve others"
ENCODED = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class SecurityHeaders:
    """Adds the headers to every answer that has not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its answer."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                given = {name.lower() for name, _ in headers}
                headers += [header for header in ENCODED if header[0] not in given]
            await send(message)

        await self._app(scope, receive, complete)


class ThisMachineOnly:
    """Turns away callers from elsewhere, through a proxy too: the demo gives its token to whoever loads its page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from this machine."""
        reason = _why_not(scope) if scope["type"] in ("http", "websocket") else None
        if reason:
            refusal = PlainTextResponse(f"The demo answers this machine only, {reason}; {HOW_TO_SERVE}.\n", 403)
            return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)


def _why_not(scope: Scope) -> str | None:
    client = scope.get("client")
    if client and not is_loopback(client[0]):
        return "and this request came from another"
    passed_on = forwarding_header(name for name, _ in scope["headers"])
    return f"and the header {passed_on} says that a proxy passed this request on" if passed_on else None


def forwarding_header(names: Iterable[bytes]) -> str | None:
    """The header by which a proxy says that it passed a request on, of these in small letters; None where none does."""
    found = (name for name in names if name in FORWARDED or name.startswith(FORWARDED_BEGINNINGS))
    return next((name.decode("latin-1").title() for name in found), None)
