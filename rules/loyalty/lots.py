"""Lots: the points of one credit, until when they can be spent, and in which order they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rules.loyalty.points import EntryType, LotPart, PointsReason

NEVER_ENDS = 2**31 - 1  # in the place of the day of what never expires


class LotStatus(StrEnum):
    """What became of a lot."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    SPENT = "SPENT"
    EXPIRED = "EXPIRED"
    REVERSED = "REVERSED"
    MOVED = "MOVED"


@dataclass
class PointsLot:
    """The points of one credit, as they are while a write goes on.

    `sliding_days` is for what ends so many days after the member's last activity. `gone` are those that expired or
    went by leaving, `counted` those of them that a taking back has counted; `is_closed` says that its member left.
    """

    id: int
    reason: PointsReason
    earned: int
    earned_on: int
    active_from: int
    expires_on: int | None = None
    sliding_days: int | None = None
    qualifies: bool = True
    remaining: int = 0
    qualifying: int = 0
    is_pending: bool = False
    is_closed: bool = False
    gone: int = 0
    counted: int = 0
    ended_by: LotStatus | None = None
    sale_id: int | None = None

    def has_ended(self, today: int) -> bool:
        """Whether nothing can be kept in it any more."""
        return self.is_closed or (self.expires_on is not None and self.expires_on < today)

    @property
    def is_spendable(self) -> bool:
        """Whether something of it can be spent, once what is due is written."""
        return self.remaining > 0 and not self.is_pending

    def take(self, part: LotPart, ended_by: LotStatus) -> None:
        """Let a part of an entry go in or out; what takes the last of it is how it ended."""
        self.remaining += part.points
        self.qualifying += part.qualifying
        if ended_by is LotStatus.EXPIRED:
            self.gone -= part.points
        if self.remaining:
            self.ended_by = None
        elif part.points or self.ended_by is None:
            self.ended_by = ended_by


def lot_status(lot: PointsLot, today: int) -> LotStatus:
    """What became of a lot by a day: with something remaining by its days, else what took the last of it."""
    if lot.remaining and lot.has_ended(today):
        return LotStatus.EXPIRED
    if lot.remaining:
        return LotStatus.PENDING if lot.active_from > today else LotStatus.ACTIVE
    return lot.ended_by or LotStatus.SPENT


def spending_order(lots: Iterable[PointsLot]) -> list[PointsLot]:
    """What ends soonest first, then what was active first, then the older."""
    return sorted(lots, key=lambda lot: (_last_day(lot), lot.active_from, lot.id))


def taken_of(lots: Iterable[PointsLot], points: int) -> list[LotPart]:
    """What is taken of each lot, in their order, to come to so many points or to all that there are."""
    parts: list[LotPart] = []
    for lot in lots:
        part = min(points, lot.remaining)
        if part > 0:
            parts.append(LotPart(lot.id, -part))
            points -= part
    return parts


def _last_day(lot: PointsLot) -> int:
    return NEVER_ENDS if lot.expires_on is None else lot.expires_on


ENDED_BY = {
    EntryType.EXPIRED: LotStatus.EXPIRED,
    EntryType.REVERSED: LotStatus.REVERSED,
}
