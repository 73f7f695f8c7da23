"""A receiver of webhooks behind a real socket, in a thread of its own, which answers as a test says."""

import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class ToldRequest(NamedTuple):
    """What came: its path, its headers by their names in small letters, its body."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        """That of the event, the same at every try."""
        return self.headers["webhook-id"]


class ToldAnswer(NamedTuple):
    """How it is answered; None as status is not at all, while `silent` is not set; 0 ends the connection."""

    status: int | None = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass
class WebhookReceiver:
    """What has come so far, and what is answered."""

    port: int = 0
    answer: Callable[[ToldRequest], ToldAnswer] = lambda _: ToldAnswer()
    came: list[ToldRequest] = field(default_factory=list[ToldRequest])
    silent: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/hooks"

    def ids(self) -> list[str]:
        """The ids of what has come."""
        return [request.id for request in self.came]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who went away is no error of a receiver."""


def _handler(receiver: WebhookReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            told = ToldRequest(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            status, headers, content = receiver.answer(told)
            if status is None:
                receiver.silent.wait()
            if not status:
                self.close_connection = True
                return
            if 200 <= status < 300:
                receiver.came.append(told)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: Any) -> None:
            """It is silent."""

    return Handler


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Generator[WebhookReceiver]:
    """A receiver meanwhile."""
    receiver = WebhookReceiver()
    server = _Server(("127.0.0.1", 0), _handler(receiver))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.silent.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
