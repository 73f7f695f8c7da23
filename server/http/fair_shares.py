"""Something that there is so much of, of which no business and no bearer may have more than a share."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from resolvers.operation.viewer import Role, Viewer


@dataclass(frozen=True)
class Holder:
    """Who has a share: a bearer in a business. The customers of a business are one holder together."""

    business: int
    bearer: str | None


def holder_of(viewer: Viewer) -> Holder:
    """Whose share a viewer takes of: many customers can be had, and may not shut out the staff."""
    return Holder(viewer.business_id, None if viewer.role is Role.CUSTOMER else viewer.subject)


class NoShare(Exception):
    """There is no more of it just now, in words; `is_own` where that is so for this bearer alone."""

    def __init__(self, message: str, *, is_own: bool) -> None:
        super().__init__(message)
        self.message = message
        self.is_own = is_own


@dataclass
class FairShares:
    """How much there is in all, and the most of it that a business and a bearer may have. Threads may take of it.

    `refusal` says whose share is taken where `{}` is.
    """

    refusal: str
    most: int
    of_business: int
    of_bearer: int
    _taken: int = 0
    _by_business: Counter[int] = field(default_factory=Counter[int])
    _by_bearer: Counter[Holder] = field(default_factory=Counter[Holder])
    _turn: Lock = field(default_factory=Lock)

    @property
    def taken(self) -> int:
        """How much is taken, by all."""
        return self._taken

    def take(self, holder: Holder, amount: int = 1) -> None:
        """Take so much of it; NoShare where there is not so much left."""
        with self._turn:
            if self._by_bearer[holder] + amount > self.of_bearer:
                raise NoShare(self.refusal.format("this token"), is_own=True)
            if self._by_business[holder.business] + amount > self.of_business:
                raise NoShare(self.refusal.format("this business"), is_own=False)
            if self._taken + amount > self.most:
                raise NoShare(self.refusal.format("this server"), is_own=False)
            self._count(holder, amount)

    def give_back(self, holder: Holder, amount: int = 1) -> None:
        """Have no more need of it."""
        with self._turn:
            self._count(holder, -amount)

    @contextmanager
    def taking(self, holder: Holder) -> Generator[None]:
        """One of it, for as long as this lasts."""
        self.take(holder)
        try:
            yield
        finally:
            self.give_back(holder)

    def _count(self, holder: Holder, amount: int) -> None:
        self._taken += amount
        self._by_business[holder.business] += amount
        self._by_bearer[holder] += amount
        if not self._by_bearer[holder]:  # who has nothing is not kept in mind
            del self._by_bearer[holder]
        if not self._by_business[holder.business]:
            del self._by_business[holder.business]
