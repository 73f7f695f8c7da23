"""An application behind a real socket."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

from server.http.listening import LimitedHttp, LimitedSocket


@contextmanager
def served(app: Any) -> Generator[int]:
    """Serve it meanwhile, on this port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            http=LimitedHttp,
            ws=LimitedSocket,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                threading.Event().wait(0.02)
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
