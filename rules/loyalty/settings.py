"""The settings of a loyalty program: what they are unless set, within which bounds, and the days that they give."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rules.amounts import check_money
from rules.currency import MILLION
from rules.days import date_of, day_number
from rules.partial import checked_in_part
from rules.problems import Problems, required_text, short_list, whole_number
from rules.refusals import InputProblemCode

MOST_DAYS = 3_650
MOST_POINTS = 10**12
MOST_RATE = Decimal(10**6)
RATE_DECIMALS = 6
MOST_EXCLUDED = 50
MOST_REMINDERS = 50
LONGEST_CATEGORY = 200


class JoinPolicy(StrEnum):
    """When customers become members."""

    MANUAL = "MANUAL"
    REGISTRATION = "REGISTRATION"
    FIRST_SALE = "FIRST_SALE"


class PointsExpiry(StrEnum):
    """How long points can be spent."""

    NEVER = "NEVER"
    DAYS_AFTER_EARNING = "DAYS_AFTER_EARNING"
    DAYS_AFTER_ACTIVITY = "DAYS_AFTER_ACTIVITY"
    END_OF_NEXT_YEAR = "END_OF_NEXT_YEAR"


class RefundPolicy(StrEnum):
    """What becomes of earned points that were spent before their sale was refunded."""

    OWE = "OWE"
    FORGIVE = "FORGIVE"


class TierWindow(StrEnum):
    """Which days count towards a tier."""

    LIFETIME = "LIFETIME"
    ROLLING_12_MONTHS = "ROLLING_12_MONTHS"
    CALENDAR_YEAR = "CALENDAR_YEAR"


class TierReview(StrEnum):
    """When a tier is looked at again."""

    NEVER = "NEVER"
    ANNIVERSARY = "ANNIVERSARY"
    CALENDAR_YEAR = "CALENDAR_YEAR"


@dataclass(frozen=True)
class ProgramSettings:
    """The settings of a program. Rates and the value of a point are millionths, amounts minor units."""

    is_active: bool = False
    join_policy: JoinPolicy = JoinPolicy.MANUAL
    earn_rate: int = MILLION
    pending_days: int = 0
    excluded_categories: tuple[str, ...] = ()
    expiry: PointsExpiry = PointsExpiry.DAYS_AFTER_EARNING
    expiry_days: int = 365
    reminder_days: tuple[int, ...] = (30, 7)
    point_value: int = MILLION // 100
    min_redeem_points: int = 1
    max_sale_percent_paid: int = 100 * MILLION
    redemption_valid_days: int = 90
    refund_policy: RefundPolicy = RefundPolicy.OWE
    manual_earn_limit: int = 0
    welcome_points: int = 0
    birthday_points: int = 0
    referrer_points: int = 0
    referred_points: int = 0
    referral_min_sale: int = 0
    referrals_per_year: int = 10
    tier_window: TierWindow = TierWindow.LIFETIME
    tier_review: TierReview = TierReview.NEVER
    grace_days: int = 0
    refunds_demote: bool = True


# ---------------------------------------------------------------- the days that they give


@dataclass(frozen=True)
class LotDays:
    """The days of a lot; `sliding_days` where its end goes on with the member's activity."""

    active_from: int
    expires_on: int | None
    sliding_days: int | None = None


def lot_days(
    settings: ProgramSettings,
    earned_on: int,
    *,
    pending_days: int = 0,
    last_activity: int | None = None,
    expires_in: int | None = None,
) -> LotDays:
    """The days of a lot that is earned on a day; `expires_in` days from its activation in place of the settings."""
    active_from = earned_on + pending_days
    if expires_in is not None:
        return LotDays(active_from, active_from + expires_in)
    match settings.expiry:
        case PointsExpiry.NEVER:
            return LotDays(active_from, None)
        case PointsExpiry.DAYS_AFTER_EARNING:
            return LotDays(active_from, active_from + settings.expiry_days)
        case PointsExpiry.END_OF_NEXT_YEAR:
            return LotDays(active_from, day_number(date(date_of(active_from).year + 1, 12, 31)))
        case PointsExpiry.DAYS_AFTER_ACTIVITY:
            since = active_from if last_activity is None else max(active_from, last_activity)
            return LotDays(active_from, since + settings.expiry_days, settings.expiry_days)


# ---------------------------------------------------------------- what may be set

NOT_NEGATIVE = ("manual_earn_limit", "welcome_points", "birthday_points", "referrer_points", "referred_points")
BOUNDS = {
    "pending_days": (0, MOST_DAYS),
    "grace_days": (0, MOST_DAYS),
    "expiry_days": (1, MOST_DAYS),
    "redemption_valid_days": (1, MOST_DAYS),
    "min_redeem_points": (1, MOST_POINTS),
    "referrals_per_year": (0, 1_000_000),
    **dict.fromkeys(NOT_NEGATIVE, (0, MOST_POINTS)),
}


def checked_program(problems: Problems, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given, as they are kept; `referral_min_sale` is still an amount."""
    return checked_in_part(problems, given, bounds=BOUNDS, checks=CHECKS)


def checked_rate(problems: Problems, name: str, rate: Decimal, *, above_zero: bool = False) -> int:
    """A rate, a multiplier or the value of a point in millionths: not negative, with at most six decimals."""
    if rate < 0 or rate > MOST_RATE or (above_zero and not rate):
        least = "above 0" if above_zero else "of at least 0"
        problems.add(name, InputProblemCode.OUT_OF_RANGE, f"Give a number {least}, up to {MOST_RATE:,}.")
        return 0
    scaled = rate.scaleb(RATE_DECIMALS)
    if scaled != int(scaled):
        problems.add(name, InputProblemCode.INVALID_FORMAT, f"Give at most {RATE_DECIMALS} decimals.")
    return int(scaled)


def _point_value(problems: Problems, name: str, value: Decimal) -> int:
    return checked_rate(problems, name, value, above_zero=True)


def _percent_paid(problems: Problems, name: str, value: float) -> int:
    if not 0 <= value <= 100:
        problems.add(name, InputProblemCode.OUT_OF_RANGE, f"Give a percentage from 0 to 100, not {value:g}.")
        return 0
    return round(value * MILLION)


def checked_categories(problems: Problems, name: str, values: Sequence[str]) -> tuple[str, ...]:
    """Names of categories, each once."""
    few, inside = short_list(problems, name, values, most=MOST_EXCLUDED), problems.under(name)
    checked = (required_text(inside, str(place), value, longest=LONGEST_CATEGORY) for place, value in enumerate(few))
    return tuple(dict.fromkeys(value for value in checked if value))


def _reminders(problems: Problems, name: str, values: Sequence[int]) -> tuple[int, ...]:
    few, inside = short_list(problems, name, values, most=MOST_REMINDERS), problems.under(name)
    checked = (whole_number(inside, str(place), days, lowest=1, highest=MOST_DAYS) for place, days in enumerate(few))
    return tuple(sorted(set(checked), reverse=True))


def _least_sale(problems: Problems, name: str, amount: Decimal) -> Decimal:
    check_money(problems, name, amount)
    return amount


CHECKS: Mapping[str, Callable[[Problems, str, Any], Any]] = {
    "earn_rate": checked_rate,
    "point_value": _point_value,
    "max_sale_percent_paid": _percent_paid,
    "excluded_categories": checked_categories,
    "reminder_days": _reminders,
    "referral_min_sale": _least_sale,
}
