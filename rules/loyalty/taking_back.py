"""Taking back what a sale earned, and the end of a membership: where points come from that may be spent already."""

from collections.abc import Iterable
from typing import NamedTuple

from rules.loyalty.account import PointsAccount
from rules.loyalty.lots import LotStatus, PointsLot, taken_of
from rules.loyalty.points import EntryType, LotPart, PointsEntry, PointsReason, PointsSums
from rules.loyalty.settings import RefundPolicy


class TakenPoints(NamedTuple):
    """Where points that were taken back came from; `gone` had expired, `dropped` is what was forgiven."""

    gone: int
    pending: int
    points: int
    owed: int
    dropped: int

    @property
    def by_entry(self) -> int:
        """What the entry took."""
        return self.pending + self.points + self.owed


def take_back_earned(  # noqa: PLR0913  what is taken of whom, and why
    account: PointsAccount,
    lot: PointsLot,
    fall: int,
    *,
    policy: RefundPolicy,
    reason: PointsReason,
    of_others: bool = True,
) -> TakenPoints:
    """Take back so many points that a lot earned.

    First what has gone of it already, then its pending points, the rest of it, other lots as spending would, and last
    what is owed. Without `of_others`, for what was earned before its member left, other lots are spared.
    """
    gone = min(fall, lot.gone - lot.counted)
    lot.counted += gone
    of_lot = min(fall - gone, lot.remaining)
    others = [other for other in account.spendable if other is not lot] if of_others else []
    of_rest = taken_of(others, fall - gone - of_lot)
    taken = -sum(part.points for part in of_rest)
    short = fall - gone - of_lot - taken
    pending = of_lot if lot.is_pending else 0
    points = of_lot - pending + taken
    owed = short if policy is RefundPolicy.OWE else 0
    qualifying = min(fall, lot.qualifying)
    own = LotPart(lot.id, -of_lot, -qualifying)
    change = PointsSums(-points, -pending, owed, -qualifying)
    account.enter(EntryType.REVERSED, reason, change, [own, *of_rest] if any(own[1:]) else of_rest)
    for other in others:
        other.ended_by = other.ended_by and LotStatus.SPENT  # what it earned was not taken back
    return TakenPoints(gone, pending, points, owed, short - owed)


# ---------------------------------------------------------------- forgiving, leaving, moving


def forgive_owed(account: PointsAccount, reason: PointsReason = PointsReason.MANUAL) -> PointsEntry | None:
    """Forget what is owed."""
    return account.enter(EntryType.OWED_FORGIVEN, reason, PointsSums(owed=-account.sums.owed))


def end_points(account: PointsAccount, reason: PointsReason = PointsReason.LEAVING) -> None:
    """Let all points of a member go, and all that qualifies: what is pending, then the rest. What is owed stays."""
    for lot in account.lots.values():
        lot.is_closed = True
    pending = [LotPart(lot.id, -lot.remaining) for lot in account.lots.values() if lot.is_pending]
    for part in pending:
        account.lots[part.lot_id].gone -= part.points
    account.enter(EntryType.REVERSED, reason, PointsSums(pending=-account.sums.pending), pending)
    left = [lot for lot in account.lots.values() if (lot.remaining and not lot.is_pending) or lot.qualifying]
    parts = [LotPart(lot.id, -lot.remaining, -lot.qualifying) for lot in left]
    change = PointsSums(-account.sums.points, qualifying=-account.sums.qualifying)
    account.enter(EntryType.EXPIRED, reason, change, parts)


def move_points(
    account: PointsAccount, kept: PointsAccount, lots: Iterable[PointsLot], reason: PointsReason = PointsReason.MERGE
) -> None:
    """Move the points of a merged member as they are, with their lots: they pay nothing, so that both sum to 0."""
    change = account.sums
    account.enter(EntryType.TRANSFERRED_OUT, reason, change.opposite())
    for lot in lots:
        kept.lots[lot.id] = account.lots.pop(lot.id)
    kept.enter(EntryType.TRANSFERRED_IN, reason, change)
    days = [day for day in (account.last_activity, kept.last_activity) if day is not None]
    if days:
        kept.was_active(max(days))
