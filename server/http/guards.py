"""What stands before every route: headers that a browser obeys, and in demo mode a door for this machine only."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.settings import is_loopback

LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
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
    """Turns away callers from elsewhere: the demo gives its token to whoever loads its page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from this machine."""
        client = scope.get("client")
        if scope["type"] in ("http", "websocket") and client and not is_loopback(client[0]):
            refusal = PlainTextResponse("The demo answers this machine only; set DATABASE_URL to serve others.", 403)
            return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)
