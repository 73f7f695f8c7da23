"""Entries of the ledger of points: their kinds, their four changes, and the running sums that never fall below 0."""

from enum import StrEnum
from typing import NamedTuple


class EntryType(StrEnum):
    """What kind of movement an entry of the ledger is."""

    PENDED = "PENDED"
    ACTIVATED = "ACTIVATED"
    EARNED = "EARNED"
    REDEEMED = "REDEEMED"
    EXPIRED = "EXPIRED"
    ADJUSTED_ADD = "ADJUSTED_ADD"
    ADJUSTED_SUB = "ADJUSTED_SUB"
    REVERSED = "REVERSED"
    RESTORED = "RESTORED"
    OWED_FORGIVEN = "OWED_FORGIVEN"
    TRANSFERRED_IN = "TRANSFERRED_IN"
    TRANSFERRED_OUT = "TRANSFERRED_OUT"


class PointsReason(StrEnum):
    """Why points moved."""

    SALE = "SALE"
    REFUND = "REFUND"
    VOID = "VOID"
    ASSIGNMENT = "ASSIGNMENT"
    WELCOME = "WELCOME"
    BIRTHDAY = "BIRTHDAY"
    REFERRAL = "REFERRAL"
    MANUAL = "MANUAL"
    REWARD = "REWARD"
    PAYMENT = "PAYMENT"
    EXPIRY = "EXPIRY"
    MERGE = "MERGE"
    UNMERGE = "UNMERGE"
    LEAVING = "LEAVING"
    ERASURE = "ERASURE"
    IMPORT = "IMPORT"


OF_LIFETIME = frozenset((EntryType.EARNED, EntryType.ACTIVATED, EntryType.ADJUSTED_ADD, EntryType.REVERSED))


class BelowZero(ValueError):
    """A running sum of a member would fall below 0: whoever wrote the entry did not look at what there is."""


class PointsSums(NamedTuple):
    """Points, pending, owed and qualifying ones: the running sums of a member, or what an entry changes of each."""

    points: int = 0
    pending: int = 0
    owed: int = 0
    qualifying: int = 0

    def after(self, change: "PointsSums") -> "PointsSums":
        """The running sums after a change."""
        sums = PointsSums(*(before + moved for before, moved in zip(self, change, strict=True)))
        if min(sums) < 0:
            raise BelowZero(f"{self} and {change} would be {sums}")
        return sums

    def opposite(self) -> "PointsSums":
        """The change that undoes this one."""
        return PointsSums(*(-moved for moved in self))


class LotPart(NamedTuple):
    """What an entry puts into a lot or takes out of it: of its remaining points, and of those that qualify."""

    lot_id: int
    points: int = 0
    qualifying: int = 0


class PointsEntry(NamedTuple):
    """An entry of the ledger: the day of it, what it changes, the sums after it, and its parts of lots."""

    type: EntryType
    reason: PointsReason
    day: int
    change: PointsSums
    after: PointsSums
    parts: tuple[LotPart, ...] = ()
    expires_on: int | None = None

    @property
    def lifetime(self) -> int:
        """What it adds to the points that were ever earned."""
        return self.change.points - self.change.owed if self.type in OF_LIFETIME else 0


WORDS = {
    EntryType.PENDED: "Pending points",
    EntryType.ACTIVATED: "Pending points that can be spent now",
    EntryType.EXPIRED: "Points that ended",
}


def entry_words(type_: EntryType) -> str:
    """What an entry is called of which nothing was said."""
    return WORDS.get(type_, type_.capitalize().replace("_", " "))
