"""Files that wait on disk until they are sent: nameless, so nobody else finds them, and gone with this process."""

import os
from io import FileIO
from tempfile import mkstemp
from typing import Any

from server.http.fair_shares import FairShares, Holder


class SpooledFile(FileIO):
    """A new file, its bytes taken from what its holder may have on disk until it is closed."""

    def __init__(self, room: FairShares, holder: Holder) -> None:
        number, path = mkstemp()
        os.unlink(path)
        super().__init__(number, "w+")
        self._room, self._holder, self._held = room, holder, 0

    def write(self, data: Any, /) -> int:
        """Write all of it; NoShare where there is no room for it."""
        rest = memoryview(data).cast("B")
        size = rest.nbytes
        self._room.take(self._holder, size)
        self._held += size
        while rest:
            rest = rest[super().write(rest) :]
        return size

    def close(self) -> None:
        """Let go of it, and give back the room."""
        held, self._held = self._held, 0
        if held:
            self._room.give_back(self._holder, held)
        super().close()
