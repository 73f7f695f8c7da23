"""How messages are written: to standard error, one line each, by structlog and the standard library alike.

Every line of a request carries its id, which the answer tells in a header, and is redacted (server.redaction).
"""

import logging
import re
import secrets
import sys

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, get_contextvars, reset_contextvars
from structlog.typing import Processor

from server.settings import Settings
from server.watching.redaction import redacted

HEADER = b"x-request-id"
SANE_ID = re.compile(r"[\w.:=+/-]{1,64}", re.ASCII)

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
QUIET = (
    "strawberry.execution",  # errors of operations are logged by server.http.errors, under the id that callers get
    "uvicorn.access",  # the query string of a GET holds what was asked
)


def configure_logs(settings: Settings) -> None:
    """Send every message through one handler, in the format and from the level that the settings ask for."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings.log_format))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).disabled = True
    for name in ("httpx", "httpcore", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _formatter(style: str) -> logging.Formatter:
    in_colour = sys.stderr.isatty()
    last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if style == "text" or (style == "auto" and in_colour):
        last = structlog.dev.ConsoleRenderer(colors=in_colour, exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redacted,
            last,
        ],
    )


def request_id() -> str:
    """The id of the request that is being answered, or a new one outside of any."""
    return get_contextvars().get("request_id") or _new_id()


def _new_id() -> str:
    return secrets.token_hex(8)


class RequestIds:
    """Gives every request an id, the caller's own where that can stand in a log line, and answers with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and put its id on the answer."""
        if scope["type"] not in {"http", "websocket"}:
            return await self._app(scope, receive, send)
        id_ = _given_id(scope) or _new_id()

        async def named(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                message["headers"] = [*message.get("headers", ()), (HEADER, id_.encode())]
            await send(message)

        bound = bind_contextvars(request_id=id_)
        try:
            return await self._app(scope, receive, named)
        finally:
            reset_contextvars(**bound)


def _given_id(scope: Scope) -> str | None:
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == HEADER), "")
    return given if SANE_ID.fullmatch(given) else None
