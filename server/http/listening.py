"""What a connection is held to before it is a request: the size and the time of its head, and a place to have.

uvicorn's protocols with bounds: those take heads of any size, and wait for one as long as it takes. The connections of
the process are in the state of the lifespan, where the application puts them.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from server.http.connections import RETRY_AFTER_SECONDS, Connections, Crowded, Place

LARGEST_HEAD = 64 * 1024
LEAST_READ = 10 * 1024  # bytes of an answer in the time that a head may take
MOST_PIPELINED = 10  # hardly any client sends a request before the last one was answered


class LimitedHttp(HttpToolsProtocol):
    """An HTTP connection.

    `_head` counts what the parser has told of a head, `_untold` what it was given since it last told anything: it
    keeps a header until its end. Both together are all that a connection makes a process remember.
    """

    _connections: Connections
    _place: Place | None = None
    _refusal: tuple[int, str] | None = None
    _due: asyncio.TimerHandle | None = None
    _head = _untold = _unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Begin, where there is a place."""
        super().connection_made(transport)
        self._connections = self.app_state["connections"]
        try:
            self._place = self._connections.place(self.client[0] if self.client else None)
        except Crowded as crowded:
            self._refuse(crowded.crowding.status, str(crowded), f"retry-after: {RETRY_AFTER_SECONDS}\r\n")
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End, with what was waited for."""
        super().connection_lost(exc)
        self._await_nothing()
        if self._place:
            self._place.leave()

    def data_received(self, data: bytes) -> None:
        """Take what has arrived, unless it makes the head too large."""
        if self.transport.is_closing():
            return
        self._untold += len(data)
        super().data_received(data)
        if self._untold > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(*_too_large())

    # ---------------------------------------------------------------- what the parser tells

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._head = self._untold = 0

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self._told(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, also of those that follow a body."""
        self._told(len(name) + len(value) + len(": \r\n"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A request has come."""
        self._untold = 0
        if len(self.pipeline) >= MOST_PIPELINED:
            self._raise(400, f"more than {MOST_PIPELINED} requests at once")
        self._await_nothing()
        self._unsent = 0
        if self._place:
            self._place.heard()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body, which is the affair of who reads it."""
        self._untold = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Nothing of a request is missing."""
        self._head = self._untold = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The next head is waited for."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._await_head()

    def handle_websocket_upgrade(self) -> None:
        """Hand the place over to a socket."""
        self._await_nothing()
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        if isinstance(socket, LimitedSocket):
            socket.place, self._place = self._place, None

    # ---------------------------------------------------------------- what is too large or too late

    def _told(self, size: int) -> None:
        self._untold = 0
        self._head += size
        if self._head > LARGEST_HEAD:
            self._raise(*_too_large())

    def _raise(self, status: int, message: str) -> None:
        """Have the parser stop: it takes an exception for a request that is none."""
        self._refusal = status, message
        raise ValueError(message)

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with a head, and take no more."""
        self._refuse(*(self._refusal or (400, msg)))

    def _refuse(self, status: int, message: str, headers: str = "") -> None:
        if not self.cycle or self.cycle.response_complete:  # else the words would end up amid an answer
            self.transport.write(_refusal(status, message, headers))
        self.transport.close()

    def _await_head(self) -> None:
        self._await_nothing()
        self._due = self.loop.call_later(self._connections.limits.head_seconds, self._overdue)

    def _await_nothing(self) -> None:
        if self._due:
            self._due.cancel()

    def _overdue(self) -> None:
        """End what came to nothing in its time; who goes on reading a long answer may do so."""
        unsent, before = self.transport.get_write_buffer_size(), self._unsent
        self._unsent = unsent
        if unsent and (not before or before - unsent >= LEAST_READ):
            self._await_head()
        elif unsent or self.transport.is_closing():
            self.transport.abort()
        elif self._head or self._untold:
            self._refuse(408, f"the request did not arrive within {self._connections.limits.head_seconds:g} seconds")
        else:
            self.transport.close()


class LimitedSocket(WebSocketsSansIOProtocol):
    """A WebSocket, in the place that its HTTP connection had. Its head has come already."""

    place: Place | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        super().connection_lost(exc)
        if self.place:
            self.place.leave()

    def data_received(self, data: bytes) -> None:
        """Take what has arrived; a head that this protocol does not take, as too long a line, ends the connection."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(_refusal(*_too_large()))
            self.transport.close()

    def keepalive_timeout(self) -> None:
        """End a connection whose other end is gone, with what it has not read."""
        super().keepalive_timeout()
        self.transport.abort()


def _too_large() -> tuple[int, str]:
    return 431, f"the head of a request has at most {LARGEST_HEAD:,} bytes"


def _refusal(status: int, message: str, headers: str = "") -> bytes:
    text = f"{message}\n".encode()
    head = f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(text)}\r\n{headers}"
    return STATUS_LINE[status] + head.encode() + b"connection: close\r\n\r\n" + text
