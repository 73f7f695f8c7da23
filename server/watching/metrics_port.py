"""Metrics on a port of their own, for this machine alone: who can reach it needs no token."""

from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from server.watching.metrics import FORMAT, as_text

THIS_MACHINE = "127.0.0.1"
PATIENCE_SECONDS = 10


@contextmanager
def told_to_this_machine(port: int | None, folder: Path | None) -> Generator[None]:
    """Answer http://127.0.0.1:PORT/metrics meanwhile, for this process or all that keep their values in a folder.

    It is asked of the process that started the workers, so that one answer is of all. OSError where the port is taken.
    """
    if port is None:
        yield
        return
    with ThreadingHTTPServer((THIS_MACHINE, port), _answering(port, folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def _answering(port: int, folder: Path | None) -> type[BaseHTTPRequestHandler]:
    names = {f"{name}:{port}" for name in (THIS_MACHINE, "localhost")}

    class MetricsHandler(BaseHTTPRequestHandler):
        timeout = PATIENCE_SECONDS

        def do_GET(self) -> None:
            if self.headers.get("Host") not in names:  # the page of a site that made its name point here
                self.send_error(421)
            elif self.path.partition("?")[0] != "/metrics":
                self.send_error(404)
            else:
                self._tell(as_text(folder))

        def _tell(self, text: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", FORMAT)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing of each scrape."""

    return MetricsHandler
