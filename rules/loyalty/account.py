"""The points of a member while a write goes on: what is due is written first, and every change is an entry.

    account = PointsAccount(sums, lots, today=today, last_activity=day)
    redeem(account, 500, PointsReason.REWARD)
    account.entries                             # what is due, and the REDEEMED

The functions of this package change an account and nothing else; who keeps it writes the entries and the lots.
"""

from collections.abc import Iterable, Sequence

from rules.loyalty.lots import ENDED_BY, LotStatus, PointsLot, spending_order
from rules.loyalty.points import EntryType, LotPart, PointsEntry, PointsReason, PointsSums

NOTHING = PointsSums()


class PointsAccount:
    """The running sums and lots of a member on a day, and the entries that were written since it was read."""

    def __init__(
        self,
        sums: PointsSums = NOTHING,
        lots: Iterable[PointsLot] = (),
        *,
        today: int,
        last_activity: int | None = None,
    ) -> None:
        self.sums = sums
        self.lots = {lot.id: lot for lot in lots}
        self.today = today
        self.last_activity = last_activity
        self.entries: list[PointsEntry] = []
        write_due(self)

    def enter(  # noqa: PLR0913  what an entry is of
        self,
        type_: EntryType,
        reason: PointsReason,
        change: PointsSums,
        parts: Sequence[LotPart] = (),
        *,
        day: int | None = None,
        expires_on: int | None = None,
    ) -> PointsEntry | None:
        """Write an entry; one that changes nothing is not written."""
        if not any(change):
            return None
        self.sums = self.sums.after(change)
        ended_by = ENDED_BY.get(type_, LotStatus.SPENT)
        for part in parts:
            self.lots[part.lot_id].take(part, ended_by)
        on = self.today if day is None else day
        entry = PointsEntry(type_, reason, on, change, self.sums, tuple(parts), expires_on)
        self.entries.append(entry)
        return entry

    @property
    def spendable(self) -> list[PointsLot]:
        """The lots of which something can be spent, in the order in which it is."""
        return spending_order(lot for lot in self.lots.values() if lot.is_spendable)

    def was_active(self, day: int) -> None:
        """Let what ends some days after the last activity end so many after this one, unless it has ended."""
        if self.last_activity is None or day > self.last_activity:
            self.last_activity = day
        for lot in self.lots.values():
            if lot.sliding_days is not None and not lot.has_ended(self.today):
                lot.expires_on = max(lot.active_from, self.last_activity) + lot.sliding_days


def write_due(account: PointsAccount) -> None:
    """Write what is due by the account's day, in order of day; of one day what expires first."""
    ending: dict[int, list[PointsLot]] = {}
    starting: dict[int, list[PointsLot]] = {}
    for lot in sorted(account.lots.values(), key=lambda lot: lot.id):
        if lot.remaining and lot.expires_on is not None and lot.expires_on < account.today:
            ending.setdefault(lot.expires_on + 1, []).append(lot)
        if lot.is_pending and lot.active_from <= account.today:
            starting.setdefault(lot.active_from, []).append(lot)
    for day in sorted({*ending, *starting}):
        expire(account, ending.get(day, ()), day=day)
        for lot in starting.get(day, ()):
            activate(account, lot, day)


def expire(
    account: PointsAccount, lots: Iterable[PointsLot], reason: PointsReason = PointsReason.EXPIRY, *, day: int
) -> None:
    """Let all that remains of lots go, in one entry."""
    parts = [LotPart(lot.id, -lot.remaining) for lot in lots if lot.remaining]
    change = PointsSums(points=sum(part.points for part in parts))
    account.enter(EntryType.EXPIRED, reason, change, parts, day=day)


def activate(account: PointsAccount, lot: PointsLot, day: int) -> None:
    """Let a pending lot be spendable, after what it pays of owed points."""
    points, lot.is_pending = lot.remaining, False
    change = incoming(account, points, qualifies=lot.qualifies)._replace(pending=-points)
    part = LotPart(lot.id, change.points - points, change.qualifying)
    account.enter(EntryType.ACTIVATED, lot.reason, change, [part], day=day, expires_on=lot.expires_on)


def incoming(account: PointsAccount, points: int, *, qualifies: bool) -> PointsSums:
    """What points that come in change: they first pay what is owed."""
    paid = min(points, account.sums.owed)
    return PointsSums(points - paid, owed=-paid, qualifying=points if qualifies else 0)
