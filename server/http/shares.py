"""Shares: how many of a thing each of its holders has at a time, none of them more than its share."""

from collections.abc import Generator, Hashable
from contextlib import contextmanager


class Shares:
    """What each holder has of it now."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: dict[Hashable, int] = {}

    def take(self, holder: Hashable) -> bool:
        """Take one more, unless its holder has its share already; tells whether it was taken."""
        held = self._held.get(holder, 0)
        if held >= self.most:
            return False
        self._held[holder] = held + 1
        return True

    def give_back(self, holder: Hashable) -> None:
        """Let go of one that was taken."""
        left = self._held[holder] - 1
        if left:
            self._held[holder] = left
        else:
            del self._held[holder]

    @contextmanager
    def held(self, holder: Hashable, refusal: Exception) -> Generator[None]:
        """Hold one meanwhile; the refusal where its holder has its share already."""
        if not self.take(holder):
            raise refusal
        try:
            yield
        finally:
            self.give_back(holder)
