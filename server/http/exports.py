"""Answers /exports/…: who has a link that holds gets the file, as it is written; nobody else gets anything."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from analytics.copy.copy import SnapshotMoved
from exports.writers.pdf.fonts import Fonts
from resolvers.links import FOREIGN, OTHER_BUSINESS, TAMPERED, Link, LinkRefused, read_link
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput, Forbidden, Unauthenticated
from resolvers.operation.services import Services
from rules.exports import MEDIA_TYPES
from server.http.errors import Told, told_of, told_of_timeout
from server.identity.auth import Authentication
from server.watching.metrics import count_operation

log = structlog.get_logger()

TOKEN = b"token="
NO_STORE = {"Cache-Control": "no-store"}
STATUSES = {BadUserInput.code: 400, Forbidden.code: 403}
BUSY = "as many exports as this server writes at a time are being written: ask again in a few seconds"
BUSY_SECONDS = 5
CLIENT_GONE = "CLIENT_GONE"
GONE = "the link is for a business that does not exist here any more"


@dataclass
class Exports:
    """Writes files for links, a limited number at a time, each for a limited time."""

    services: Services
    authentication: Authentication
    fonts: Fonts
    at_once: int
    seconds: float
    clock: Callable[[], datetime]
    _writing: int = 0

    async def answer(self, request: Request) -> Response:
        """The file of a link, or in plain words why there is none."""
        started = perf_counter()
        if request.method != "GET":
            return _said("A link is opened by GET.", 405, {"Allow": "GET"})
        try:
            link = await self._link(request)
            if self._writing >= self.at_once:
                count_operation("export", {"UNAVAILABLE"}, 0)
                return _said(BUSY, 503, {"Retry-After": str(BUSY_SECONDS)})
            writing = Writing(self, link, started)
            if not await _while_waited_for(request.receive, writing.begin()):
                writing.tell(CLIENT_GONE)
                return _said("Nobody waits for this any more.", 499, {})
        except TimeoutError:
            return _refused(told_of_timeout(self.seconds, writes=False), started)
        except Exception as error:  # noqa: BLE001  whatever it is, the caller gets its reason or an id
            return _refused(told_of(error), started)
        return ExportResponse(writing)

    async def _link(self, request: Request) -> Link:
        query: bytes = request.scope.get("query_string", b"")
        if not query.startswith(TOKEN) or not query.isascii():
            raise LinkRefused(TAMPERED)
        token = query.removeprefix(TOKEN).decode()
        link = read_link(self.services.signing, request.path_params["file_name"], token, self.clock())
        authorization = request.headers.get("authorization")
        if authorization is not None:  # a browser that opens a link sends none
            viewer = await self.authentication.viewer(authorization)
            if viewer.business_id != link.viewer.business_id:
                raise LinkRefused(OTHER_BUSINESS)
        return link

    async def opened(self, link: Link, *, pin_at_start: bool = False) -> Context:
        """The store as a link sees it: as of when it was made, with its viewer's rights."""
        context = Context(self.services, link.viewer, link.made_at, pin_at_start=pin_at_start)
        try:
            business = await context.business()
        except Unauthenticated:
            await context.close()
            raise LinkRefused(GONE) from None
        except BaseException:
            await context.close()
            raise
        if business.row.epoch != link.epoch:
            await context.close()
            raise LinkRefused(FOREIGN)
        return context

    def take_turn(self, by: int) -> None:
        """Count one that is being written, or is not any more."""
        self._writing += by


class Writing:
    """One file as it is written: its first bytes are there before anything is answered."""

    def __init__(self, of: Exports, link: Link, started: float) -> None:
        self.link = link
        self._of = of
        self._started = started
        self._deadline = asyncio.get_running_loop().time() + of.seconds
        self._context: Context | None = None
        self._chunks: AsyncGenerator[bytes] | None = None
        self._first = b""
        self._sent = 0

    async def begin(self) -> None:
        """Compute the report and write the first bytes of it; raises what a caller should be told."""
        self._of.take_turn(1)
        try:
            async with asyncio.timeout_at(self._deadline):
                try:
                    await self._begin(pin_at_start=False)
                except SnapshotMoved:
                    await self._let_go()
                    await self._begin(pin_at_start=True)
        except BaseException:
            self._of.take_turn(-1)
            await self._let_go()
            raise

    async def _begin(self, *, pin_at_start: bool) -> None:
        from exports.files import file_of  # noqa: PLC0415  slow to import: most workers write no file
        from exports.reports import document_of  # noqa: PLC0415

        self._context = await self._of.opened(self.link, pin_at_start=pin_at_start)
        document = await document_of(self._context, self.link.export)
        self._chunks = file_of(document, self.link.export, self._of.fonts)
        self._first = await anext(self._chunks, b"")

    async def send(self, send: Send) -> None:
        """Send all bytes."""
        assert self._chunks is not None
        async with asyncio.timeout_at(self._deadline):
            await self._send(send, self._first, more=True)
            async for chunk in self._chunks:
                await self._send(send, chunk, more=True)
            await self._send(send, b"", more=False)

    async def _send(self, send: Send, chunk: bytes, *, more: bool) -> None:
        self._sent += len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def end(self, outcome: str | None) -> None:
        """Let go of everything, and tell."""
        self._of.take_turn(-1)
        await self._let_go()
        self.tell(outcome)

    def tell(self, outcome: str | None) -> None:
        """Count and log it; `outcome` is the code of what went wrong."""
        seconds = perf_counter() - self._started
        count_operation("export", {outcome} if outcome else (), seconds)
        viewer, export = self.link.viewer, self.link.export
        log.info(
            "export",
            report=export.of.name,
            format=export.format.value,
            business=viewer.business_id,
            role=viewer.role.value,
            ms=round(seconds * 1000, 1),
            bytes=self._sent,
            outcome=outcome,
        )

    async def _let_go(self) -> None:
        chunks, self._chunks = self._chunks, None
        if chunks is not None:
            await chunks.aclose()
        context, self._context = self._context, None
        if context is not None:
            await context.abandon()
            await context.close()


class ExportResponse(Response):
    """Sends a file as it is written, and stops writing when the client goes."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        export = writing.link.export
        disposition = {"Content-Disposition": f'attachment; filename="{writing.link.file_name}"'}
        super().__init__(None, 200, NO_STORE | disposition, MEDIA_TYPES[export.format])
        del self.headers["content-length"]  # nobody knows it yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        outcome: str | None = "INTERNAL"
        try:
            outcome = None if await _while_waited_for(receive, self._send(send)) else CLIENT_GONE
        except TimeoutError:
            outcome = "TIMEOUT"
            raise
        finally:
            await self._writing.end(outcome)

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await self._writing.send(send)


async def _while_waited_for(receive: Receive, work: Coroutine[Any, Any, None]) -> bool:
    """Do something for as long as the client is there; whether it was done. What it raises is raised."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
        return working.done()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refused(told: Told, started: float) -> Response:
    (error,) = told.errors
    code: str = error["extensions"]["code"]
    count_operation("export", {code}, perf_counter() - started)
    status = told.status or STATUSES.get(code, 500)
    message: Any = error["message"]
    return _said(f"{message[:1].upper()}{message[1:]}.", status, told.headers)


def _said(text: str, status: int, headers: dict[str, str]) -> Response:
    return PlainTextResponse(text, status, NO_STORE | headers)
