"""The application as a process runs it: imported in as little time as it takes."""

import gc
import os
import signal
import sys
from multiprocessing import parent_process
from threading import Thread
from typing import Any

SECONDS_OF_A_THREAD = 0.0005  # a thread that computes lets the event loop go on: each statement waits for it


def application() -> Any:
    """The application under the settings of the environment."""
    sys.setswitchinterval(SECONDS_OF_A_THREAD)
    gc.disable()  # what is imported stays: looking through it again and again takes a seventh of a start
    try:
        _import_logs_without_colours()
        from server.app import create_app  # noqa: PLC0415
        from server.sdl import served_schema  # noqa: PLC0415

        _end_with_the_master()
        made = create_app()
        served_schema()
        return made
    finally:
        gc.enable()


def _end_with_the_master() -> None:
    """Have a worker end in good order when the process that started it, and would stop it, is gone."""
    master = parent_process()
    if master is not None:
        Thread(target=_wait_for_end, args=(master,), daemon=True).start()


def _wait_for_end(master: Any) -> None:
    master.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _import_logs_without_colours() -> None:
    """Import structlog, which imports rich wherever it is installed: for tracebacks that no log here shows."""
    is_there = "rich" in sys.modules
    if not is_there:
        sys.modules["rich"] = None  # pyright: ignore[reportArgumentType]  which is how an import is refused
    try:
        import structlog  # noqa: F401, PLC0415  # pyright: ignore[reportUnusedImport]
    finally:
        if not is_there:
            del sys.modules["rich"]
