"""A member whose points are told as the examples tell them: by days, lots called A, B … and rows of entries."""

from datetime import date

from rules.days import day_number
from rules.loyalty.account import PointsAccount
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.lots import PointsLot
from rules.loyalty.points import LotPart, PointsEntry, PointsReason
from rules.loyalty.settings import PointsExpiry, ProgramSettings
from rules.loyalty.spending import redeem_points, restore_points
from rules.loyalty.taking_back import TakenPoints, take_back_earned

EXAMPLES = ProgramSettings(is_active=True, expiry=PointsExpiry.NEVER)


def day(text: str) -> int:
    """The number of a day of the calendar."""
    return day_number(date.fromisoformat(text))


class Member:
    """A member over several days: each `on` is a write of its own, so that what is due is written first."""

    def __init__(self, settings: ProgramSettings = EXAMPLES, *, on: str = "2026-01-01") -> None:
        self.settings = settings
        self.account = PointsAccount(today=day(on))
        self.entries: list[PointsEntry] = []

    def on(self, text: str) -> PointsAccount:
        """The account as a write of that day finds it."""
        self.entries += self.account.entries
        before = self.account
        self.account = PointsAccount(
            before.sums, before.lots.values(), today=day(text), last_activity=before.last_activity
        )
        return self.account

    def earns(
        self,
        points: int,
        *,
        earned_on: str | None = None,
        reason: PointsReason = PointsReason.SALE,
        qualifies: bool | None = None,
        pending_days: int | None = None,
    ) -> PointsLot:
        """A credit of today, as a sale's unless another reason is given; its lot."""
        is_sale = reason is PointsReason.SALE
        credit = PointsCredit(
            lot_id=len(self.account.lots) + 1,
            points=points,
            reason=reason,
            earned_on=day(earned_on) if earned_on else self.account.today,
            pending_days=(self.settings.pending_days if is_sale else 0) if pending_days is None else pending_days,
            qualifies=qualifies,
            is_activity=is_sale,
        )
        lot = credit_points(self.account, self.settings, credit)
        assert lot is not None
        return lot

    def redeems(self, points: int) -> list[LotPart]:
        """Points that are spent; what was taken of which lot."""
        entry = redeem_points(self.account, points, PointsReason.PAYMENT)
        assert entry is not None
        return list(entry.parts)

    def restores(self, taken: list[LotPart], points: int) -> None:
        """Points that are given back."""
        restore_points(self.account, taken, points, PointsReason.REFUND)

    def refunds(self, lot: PointsLot, fall: int, *, of_others: bool = True) -> TakenPoints:
        """A refund after which so many points less are earned."""
        return take_back_earned(
            self.account,
            lot,
            fall,
            policy=self.settings.refund_policy,
            reason=PointsReason.REFUND,
            of_others=of_others,
        )

    @property
    def written(self) -> list[PointsEntry]:
        """All entries so far."""
        return [*self.entries, *self.account.entries]

    @property
    def rows(self) -> list[tuple[object, ...]]:
        """All entries so far as (type, points, pending, owed, qualifying), then the balance."""
        return [(entry.type.value, *entry.change, entry.after.points) for entry in self.written]

    @property
    def lifetime(self) -> int:
        """The points that were ever earned."""
        return sum(entry.lifetime for entry in self.written)
