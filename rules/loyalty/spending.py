"""Spending points, and giving back what was spent into the lots that it came of."""

from collections.abc import Iterable, Sequence

from rules.loyalty.account import PointsAccount, expire
from rules.loyalty.lots import taken_of
from rules.loyalty.points import EntryType, LotPart, PointsEntry, PointsReason, PointsSums
from rules.refusals import InsufficientPoints


def redeem_points(account: PointsAccount, points: int, reason: PointsReason) -> PointsEntry | None:
    """Spend points; InsufficientPoints where there are not so many."""
    entry = _spend(account, EntryType.REDEEMED, points, reason)
    account.was_active(account.today)
    return entry


def adjust_down(account: PointsAccount, points: int, *, qualifies: bool) -> PointsEntry | None:
    """Take points away as spending does, and with them as many qualifying ones as there are."""
    taken = _qualifying_of(account, points) if qualifies else []
    return _spend(account, EntryType.ADJUSTED_SUB, points, PointsReason.MANUAL, taken)


def _spend(
    account: PointsAccount, type_: EntryType, points: int, reason: PointsReason, qualifying: Sequence[LotPart] = ()
) -> PointsEntry | None:
    if points > account.sums.points:
        raise InsufficientPoints(needed=points, available=account.sums.points)
    parts = [*taken_of(account.spendable, points), *qualifying]
    change = PointsSums(-points, qualifying=sum(part.qualifying for part in qualifying))
    return account.enter(type_, reason, change, parts)


def _qualifying_of(account: PointsAccount, points: int) -> list[LotPart]:
    """Qualifying points of the lots that were active last."""
    parts: list[LotPart] = []
    for lot in sorted(account.lots.values(), key=lambda lot: (lot.active_from, lot.id), reverse=True):
        part = min(points, lot.qualifying)
        if part > 0:
            parts.append(LotPart(lot.id, qualifying=-part))
            points -= part
    return parts


# ---------------------------------------------------------------- giving back


def restore_points(
    account: PointsAccount, taken: Sequence[LotPart], points: int, reason: PointsReason
) -> PointsEntry | None:
    """Give back points into lots in the reverse order of taking; `taken` is what of each was not given back yet.

    What goes into a lot that has ended expires together with it.
    """
    parts = [LotPart(part.lot_id, -part.points) for part in last_taken_first(taken, points)]
    entry = account.enter(EntryType.RESTORED, reason, PointsSums(sum(part.points for part in parts)), parts)
    lots = [account.lots[part.lot_id] for part in parts]
    ended = [lot for lot in lots if lot.has_ended(account.today)]
    expire(account, [lot for lot in ended if not lot.is_closed], day=account.today)
    expire(account, [lot for lot in ended if lot.is_closed], PointsReason.LEAVING, day=account.today)
    return entry


def last_taken_first(taken: Iterable[LotPart], points: int) -> list[LotPart]:
    """The parts that come to so many points, the last taken first."""
    parts: list[LotPart] = []
    for part in reversed(list(taken)):
        few = min(points, -part.points)
        if few > 0:
            parts.append(LotPart(part.lot_id, -few))
            points -= few
    return parts
