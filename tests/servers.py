"""Real servers: `main.py serve` in processes of its own, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import psutil

from resolvers.operation.viewer import Role, Viewer
from server.identity.auth import token_for
from server.settings import Settings

ROOT = Path(__file__).parents[1]
SECRET = "Vt3xk0pQ9s-Zf7LrW1mYcA5uHbD8eJ2gNq6T"
STARTS_WITHIN_SECONDS = 120
STOPS_WITHIN_SECONDS = 40
NO_TLS = False  # to `verify` by: a client reads certificates longer than a server takes to answer


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@cache
def _signing() -> Settings:
    """What tokens are signed by: clients that ask without pause would read the environment each time."""
    return Settings(database_url="sqlite:///unused.db", secret_key=SECRET)  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True)
class Server:
    """A server that answers; `log` is the file of its messages."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def graphql(self) -> str:
        """Where it answers GraphQL."""
        return f"{self.url}/graphql"

    def headers(self, business_id: int, **viewer: Any) -> dict[str, str]:
        """The headers of a request by somebody of a business, staff unless said otherwise."""
        asked = Viewer(**{"subject": "stan", "role": Role.STAFF, "business_id": business_id, **viewer})
        token = token_for(asked, _signing(), datetime.now(UTC), timedelta(hours=1))
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def said(self, event: str) -> int:
        """How often it has logged something."""
        return self.log.read_text(errors="replace").count(f'"event": "{event}"')

    def workers(self) -> list[int]:
        """The ids of the processes that answer."""
        return [child.pid for child in psutil.Process(self.process.pid).children() if _is_worker(child)]


def _is_worker(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.Error:  # it has just ended
        return False


@contextmanager
def running(
    store: str | None, folder: Path, *, workers: int = 1, port: int | None = None, **settings: Any
) -> Generator[Server]:
    """A server over a store, or without one in demo mode, until it is told to stop, which it does in good order."""
    port = port or free_port()
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251
        "LOG_LEVEL": "info",
        **({"DATABASE_URL": store, "SECRET_KEY": SECRET} if store else {}),
        **{name.upper(): str(value) for name, value in settings.items()},
    }
    words = [sys.executable, str(ROOT / "main.py"), "serve", "--port", str(port), "--workers", str(workers)]
    log = folder / f"server-{port}.log"
    with log.open("wb") as messages:
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=messages, stderr=messages)
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait(server, workers)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            print(log.read_text(errors="replace")[-10_000:])  # shown where a test fails


def _wait(server: Server, workers: int) -> None:
    """Until all workers have started: one that is killed while it starts is long not missed."""
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while server.said("started") < workers or httpx2.get(f"{server.url}/readyz", verify=NO_TLS).status_code != 200:
        if server.process.poll() is not None:
            raise RuntimeError(f"the server ended: {server.log.read_text(errors='replace')}")
        if time.monotonic() > until:
            raise TimeoutError(server.url)
        time.sleep(0.05)
