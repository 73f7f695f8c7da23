"""Answers /exports/…: who has a link that holds gets the file, once all of it is written; nobody else gets anything."""

import asyncio
import errno
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
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
from schema.exports import price_of
from server.http.errors import Told, told_of, told_of_timeout
from server.http.fair_shares import FairShares, NoShare, holder_of
from server.http.rates import RATE_LIMITED, Rates, bucket_of
from server.http.spool import SpooledFile
from server.identity.auth import Authentication
from server.watching.metrics import count_operation

log = structlog.get_logger()

TOKEN = b"token="
NO_STORE = {"Cache-Control": "no-store"}
STATUSES = {BadUserInput.code: 400, Forbidden.code: 403}
BUSY = "As many exports as {} may have at a time are being written: ask again in a few seconds."
UNREAD = "As many files as {} may have at a time wait for who reads them: ask again when some are read."
NO_ROOM = "There is no room for this file beside those of {} that wait for who reads them: ask again later."
DISK_FULL = "The disk has no room for the file: ask again later."
BUSY_SECONDS = 5
CLIENT_GONE, SLOW_READER, UNAVAILABLE = "CLIENT_GONE", "SLOW_READER", "UNAVAILABLE"
GONE = "the link is for a business that does not exist here any more"
CHUNK_BYTES = 64 * 1024
READ_AHEAD = 8  # files that may wait for their readers, for each that may be written at a time


@dataclass(frozen=True)
class ExportLimits:
    """How many exports are written at a time, of whom, for how long, and how they have to be read."""

    at_once: int = 4
    of_business: int = 3
    of_bearer: int = 2
    seconds: float = 600
    spool_bytes: int = 4 * 1024**3
    bytes_per_second: int = 32 * 1024
    patience: float = 60.0  # seconds: what a system keeps for a slow reader takes so long to get less

    def writing(self) -> FairShares:
        """Those that are written."""
        return FairShares(BUSY, self.at_once, self.of_business, self.of_bearer)

    def waiting(self) -> FairShares:
        """Those that are written or sent."""
        return FairShares(UNREAD, READ_AHEAD * self.at_once, READ_AHEAD * self.of_business, READ_AHEAD * self.of_bearer)

    def room(self) -> FairShares:
        """The bytes on disk."""
        return FairShares(NO_ROOM, self.spool_bytes, self.spool_bytes // 2, self.spool_bytes // 2)


class Exports:
    """Writes files for links, a limited number at a time, each for a limited time."""

    def __init__(  # noqa: PLR0913  what it writes with, and within which limits
        self,
        services: Services,
        authentication: Authentication,
        fonts: Fonts,
        limits: ExportLimits,
        clock: Callable[[], datetime],
        rates: Rates | None = None,
    ) -> None:
        self.services = services
        self.fonts = fonts
        self.limits = limits
        self.writing, self.waiting, self.room = limits.writing(), limits.waiting(), limits.room()
        self._authentication = authentication
        self._clock = clock
        self._rates = rates

    async def answer(self, request: Request) -> Response:
        """The file of a link, or in plain words why there is none."""
        started = perf_counter()
        if request.method != "GET":
            return _said("A link is opened by GET.", 405, {"Allow": "GET"})
        with ExitStack() as until_sent:
            try:
                link = await self._link(request)
                holder = holder_of(link.viewer)
                until_sent.enter_context(self.waiting.taking(holder))
                with self.writing.taking(holder):
                    await self._charge(link)
                    writing = Writing(self, link, until_sent.enter_context(SpooledFile(self.room, holder)), started)
                    is_written = await _while_waited_for(request.receive, writing.write())
            except NoShare as busy:
                return _busy(busy)
            except Exception as error:  # noqa: BLE001  whatever it is, the caller gets its reason or an id
                return _refused(error, self.limits.seconds, started)
            if not is_written:
                writing.tell(CLIENT_GONE)
                return _said("Nobody waits for this any more.", 499, {})
            return ExportResponse(writing, until_sent.pop_all())

    async def _link(self, request: Request) -> Link:
        query: bytes = request.scope.get("query_string", b"")
        if not query.startswith(TOKEN) or not query.isascii():
            raise LinkRefused(TAMPERED)
        token = query.removeprefix(TOKEN).decode()
        link = read_link(self.services.signing, request.path_params["file_name"], token, self._clock())
        authorization = request.headers.get("authorization")
        if authorization is not None:  # a browser that opens a link sends none
            viewer = await self._authentication.viewer(authorization)
            if viewer.business_id != link.viewer.business_id:
                raise LinkRefused(OTHER_BUSINESS)
        return link

    async def _charge(self, link: Link) -> None:
        """Have who made the link pay for its report, with a whole bucket where that is less."""
        if self._rates:
            await self._rates.spend(bucket_of(link.viewer), min(price_of(link.export), self._rates.budget))

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


class Writing:
    """One file: it is written to its end before anything of it is sent, and holds no snapshot while it is sent."""

    def __init__(self, of: Exports, link: Link, file: SpooledFile, started: float) -> None:
        self.link = link
        self.size = 0
        self._of = of
        self._file = file
        self._started = started
        self._sent = 0

    async def write(self) -> None:
        """Compute the report and write all of it; raises what a caller should be told."""
        async with asyncio.timeout(self._of.limits.seconds):
            try:
                await self._write(pin_at_start=False)
            except SnapshotMoved:
                self._file.seek(0)
                self._file.truncate()
                await self._write(pin_at_start=True)
        self.size = self._file.seek(0, 2)
        self._file.seek(0)

    async def _write(self, *, pin_at_start: bool) -> None:
        from exports.files import write_file  # noqa: PLC0415  slow to import: most workers write no file
        from exports.reports import document_of  # noqa: PLC0415

        context = await self._of.opened(self.link, pin_at_start=pin_at_start)
        try:
            document = await document_of(context, self.link.export)
            await write_file(document, self.link.export, self._of.fonts, self._file)
        except BaseException:
            await context.abandon()
            raise
        finally:
            await context.close()

    async def send(self, send: Send) -> None:
        """Send all bytes; TimeoutError where they are read too slowly."""
        now = asyncio.get_running_loop().time
        limits, begun = self._of.limits, now()
        while chunk := await asyncio.to_thread(self._file.read, CHUNK_BYTES):
            by_now = begun + (self._sent + len(chunk)) / limits.bytes_per_second
            this_one = now() + len(chunk) / limits.bytes_per_second  # who read fast may not stop for long
            async with asyncio.timeout_at(limits.patience + min(by_now, this_one)):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            self._sent += len(chunk)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

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


class ExportResponse(Response):
    """Sends a file that is written, until the client goes or reads too slowly; then lets go of it."""

    def __init__(self, writing: Writing, held: ExitStack) -> None:
        self._writing = writing
        self._held = held
        export = writing.link.export
        disposition = {"Content-Disposition": f'attachment; filename="{writing.link.file_name}"'}
        super().__init__(None, 200, NO_STORE | disposition, MEDIA_TYPES[export.format])
        self.headers["content-length"] = str(writing.size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        outcome: str | None = "INTERNAL"
        try:
            with self._held:
                outcome = None if await _while_waited_for(receive, self._send(send)) else CLIENT_GONE
        except TimeoutError:
            outcome = SLOW_READER  # the server ends the connection, for less was sent than was announced
        finally:
            self._writing.tell(outcome)

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


def _busy(busy: NoShare) -> Response:
    """429 where the bearer has all of its own share, 503 where others have the rest."""
    count_operation("export", {RATE_LIMITED if busy.is_own else UNAVAILABLE}, 0)
    return _said(busy.message, 429 if busy.is_own else 503, {"Retry-After": str(BUSY_SECONDS)})


def _refused(error: Exception, limit: float, started: float) -> Response:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        count_operation("export", {UNAVAILABLE}, perf_counter() - started)
        return _said(DISK_FULL, 503, {"Retry-After": str(BUSY_SECONDS)})
    told = told_of_timeout(limit, writes=False) if isinstance(error, TimeoutError) else told_of(error)
    return _told(told, started)


def _told(told: Told, started: float) -> Response:
    (entry,) = told.errors
    code: str = entry["extensions"]["code"]
    count_operation("export", {code}, perf_counter() - started)
    status = told.status or STATUSES.get(code, 500)
    message: Any = entry["message"]
    return _said(f"{message[:1].upper()}{message[1:]}.", status, told.headers)


def _said(text: str, status: int, headers: dict[str, str]) -> Response:
    return PlainTextResponse(text, status, NO_STORE | headers)
