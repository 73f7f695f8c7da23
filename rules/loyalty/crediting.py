"""Credits: every one is a lot, pending or active by its days, or over where it comes too late."""

from dataclasses import dataclass

from rules.loyalty.account import PointsAccount, expire, incoming
from rules.loyalty.lots import PointsLot
from rules.loyalty.points import EntryType, LotPart, PointsReason, PointsSums
from rules.loyalty.settings import ProgramSettings, lot_days

QUALIFYING_REASONS = frozenset((PointsReason.SALE, PointsReason.IMPORT))


@dataclass(frozen=True)
class PointsCredit:
    """Points that a member gets, of the day of their cause; `qualifies` None is as their reason does."""

    lot_id: int
    points: int
    reason: PointsReason
    earned_on: int
    pending_days: int = 0
    expires_in: int | None = None
    qualifies: bool | None = None
    sale_id: int | None = None
    is_activity: bool = False

    @property
    def does_qualify(self) -> bool:
        """Whether they count towards tiers."""
        return self.reason in QUALIFYING_REASONS if self.qualifies is None else self.qualifies


def credit_points(
    account: PointsAccount,
    settings: ProgramSettings,
    credit: PointsCredit,
    type_: EntryType = EntryType.EARNED,
) -> PointsLot | None:
    """Give points as a lot; what its last day is over for is EARNED and EXPIRED together. Nothing makes no lot."""
    if credit.points <= 0:
        return None
    if credit.is_activity:
        account.was_active(credit.earned_on)
    lot = _lot(account, settings, credit)
    account.lots[lot.id] = lot
    if lot.active_from > account.today:
        lot.is_pending = True
        part = LotPart(lot.id, credit.points)
        change = PointsSums(pending=credit.points)
        account.enter(EntryType.PENDED, lot.reason, change, [part], expires_on=lot.expires_on)
        return lot
    change = incoming(account, credit.points, qualifies=lot.qualifies)
    part = LotPart(lot.id, change.points, change.qualifying)
    account.enter(type_, lot.reason, change, [part], expires_on=lot.expires_on)
    if lot.has_ended(account.today):
        expire(account, [lot], day=account.today)
    return lot


def _lot(account: PointsAccount, settings: ProgramSettings, credit: PointsCredit) -> PointsLot:
    days = lot_days(
        settings,
        credit.earned_on,
        pending_days=credit.pending_days,
        last_activity=account.last_activity,
        expires_in=credit.expires_in,
    )
    return PointsLot(
        id=credit.lot_id,
        reason=credit.reason,
        earned=credit.points,
        earned_on=credit.earned_on,
        active_from=days.active_from,
        expires_on=days.expires_on,
        sliding_days=days.sliding_days,
        qualifies=credit.does_qualify,
        sale_id=credit.sale_id,
    )
