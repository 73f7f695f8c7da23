"""The application as a process runs it: imported in as little time as it takes."""

import gc
import sys
from typing import Any


def application() -> Any:
    """The application under the settings of the environment."""
    gc.disable()  # what is imported stays: looking through it again and again takes a seventh of a start
    try:
        _import_logs_without_colours()
        from server.app import create_app  # noqa: PLC0415
        from server.sdl import served_schema  # noqa: PLC0415

        made = create_app()
        served_schema()
        return made
    finally:
        gc.enable()


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
