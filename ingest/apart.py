"""Reading in a process of its own that may take only so much memory and time, whatever a file makes of itself."""

import resource
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from time import process_time
from typing import Any

MOST_MEMORY = 1024 * 2**20  # bytes beside what the process begins with
MOST_SECONDS = 120  # of the processor, for each piece
LARGEST_PIECE = 256 * 2**20  # bytes

# A server that imports the libraries once and is forked: it has no threads that a fork would tear.
processes = get_context("forkserver")
processes.set_forkserver_preload(["pyarrow.parquet", "openpyxl", "ingest.readers"])


@contextmanager
def apart(reader: Callable[..., Iterator[Any]], *given: Any, refusal: Exception) -> Generator[Iterator[Any]]:
    """The pieces that a function at the top of a module gives for these arguments; it is ended with this block.

    What it raises is raised here; the refusal is where it would take too much memory or time, or breaks down.
    """
    receiving, sending = processes.Pipe(duplex=False)
    reading = processes.Process(target=_read, args=(reader, given, sending, MOST_MEMORY, MOST_SECONDS), daemon=True)
    reading.start()
    sending.close()
    try:
        yield _pieces(receiving, refusal)
    finally:
        reading.kill()
        reading.join()
        reading.close()
        receiving.close()


def _pieces(receiving: Connection, refusal: Exception) -> Iterator[Any]:
    while True:
        try:
            piece = receiving.recv()
        except EOFError:  # it was ended by its limits, or by a fault of a library
            raise refusal from None
        if piece is None:
            return
        if isinstance(piece, MemoryError):
            raise refusal
        if isinstance(piece, Exception):
            raise piece
        yield piece[0]


def _read(
    reader: Callable[..., Iterator[Any]], given: tuple[Any, ...], sending: Connection, memory: int, seconds: int
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this ends it
    with suppress(BrokenPipeError):
        try:
            _limit_memory(memory)
            _limit_time(seconds)
            for piece in reader(*given):
                _send(sending, (piece,))
                _limit_time(seconds)
            sending.send(None)
        except Exception as error:  # noqa: BLE001  it is raised where somebody hears of it
            sending.send(error)


def _send(sending: Connection, piece: Any) -> None:
    message = ForkingPickler.dumps(piece)
    if len(message) > LARGEST_PIECE:
        raise MemoryError
    sending.send_bytes(message)


def _limit_memory(most: int) -> None:
    """Let this process take no more than it is allowed to, beside what Arrow reserves at its first use."""
    import pyarrow as pa  # noqa: PLC0415

    pa.allocate_buffer(1)
    pa.set_memory_pool(pa.system_memory_pool())
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_taken() + most, hard))


def _taken() -> int:
    status = Path("/proc/self/statm")  # of Linux; elsewhere the limit counts from nothing
    return int(status.read_text().split()[5]) * resource.getpagesize() if status.exists() else 0


def _limit_time(most: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(process_time()) + most, hard))
