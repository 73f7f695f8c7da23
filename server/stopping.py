"""A server that is told to stop: it says that it is not ready, answers on for a while, and only then ends."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import structlog

log = structlog.get_logger()


class Stopping:
    """Whether this process was told to stop."""

    def __init__(self) -> None:
        self.is_told = False
        self._following: Any = None

    @contextmanager
    def heeded(self, drain_seconds: float) -> Generator[None]:
        """Hear SIGTERM before the server does, which gets it after so many seconds, or at once where it comes again."""
        try:
            following = signal.signal(signal.SIGTERM, self._hearing(asyncio.get_running_loop(), drain_seconds))
        except ValueError:  # not the main thread, which alone gets signals
            yield
            return
        self._following = following
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, following)

    def _hearing(self, loop: asyncio.AbstractEventLoop, drain_seconds: float) -> Any:
        def heard(number: int, frame: FrameType | None) -> None:
            if self.is_told or not drain_seconds:
                self._pass_on(number, frame)
            else:
                loop.call_soon_threadsafe(loop.call_later, drain_seconds, self._pass_on, number, None)
            self.is_told = True

        return heard

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        if callable(self._following):
            self._following(number, frame)
        else:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTERM)
