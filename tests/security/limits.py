"""Limits of a process that tries what it is given."""

import resource
from pathlib import Path


def limit_to(memory: int, seconds: int) -> None:
    """From here on: so many bytes beside what the program has by now, and so much processor time in all.

    Memory is what can be written, not address space: of that, each thread reserves 64 MiB for its heap and 8 for its
    stack, which a handful of threads that hold next to nothing would use up.
    """
    writable = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (writable + memory, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    try:
        bytearray(2 * memory)
    except MemoryError:
        return
    raise AssertionError("more than the limit is given")
