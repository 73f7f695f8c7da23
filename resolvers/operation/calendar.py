"""The business of an operation as its answers need it: its money and its days."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from resolvers.operation.errors import BadUserInput, Unauthenticated
from rules.days import business_today, day_number

NOT_HERE = "this token is for a business that does not exist here"


@dataclass(frozen=True)
class BusinessCalendar:
    """The business of an operation: its row, its zone and the day that it is there."""

    row: Any
    zone: ZoneInfo
    today: date

    def money(self, minor: int) -> Decimal:
        """Minor units as an amount of the business's currency."""
        return Decimal(minor).scaleb(-self.row.currency_exponent)

    def money_or_none(self, minor: int | None) -> Decimal | None:
        """The same of an amount that may be unknown."""
        return None if minor is None else self.money(minor)

    def minor(self, amount: Decimal, argument: str) -> int:
        """An amount in minor units; BadUserInput where it has more decimals than the currency, or is beyond sense."""
        scaled = amount.scaleb(self.row.currency_exponent) if amount.is_finite() else amount
        if not amount.is_finite() or abs(scaled) >= 2**62:
            raise BadUserInput(f"`{argument}` is not an amount of money: {amount}")
        if scaled != int(scaled):
            raise BadUserInput(f"`{argument}` has more decimals than {self.row.currency}: {amount}")
        return int(scaled)

    def as_of(self, asked: date | None) -> tuple[int, list[str]]:
        """The day number that an answer is for, and a notice where it is not the day that was asked for."""
        if asked is None or asked <= self.today:
            return day_number(asked or self.today), []
        return day_number(self.today), [f"asOf {asked} is in the future; this is the answer for today, {self.today}."]


def calendar_at(row: Any, now: datetime) -> BusinessCalendar:
    """A business at a moment; Unauthenticated where the token is for none that there is."""
    if row is None:
        raise Unauthenticated(NOT_HERE)
    zone = ZoneInfo(row.timezone)
    return BusinessCalendar(row, zone, business_today(now, zone))
