"""Tiers: which one is reached by points, spend or purchases, and in which window."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rules.currency import MILLION
from rules.loyalty.settings import TierWindow


class TierCounts(NamedTuple):
    """What counts towards a tier: qualifying points, spend in minor units, purchases."""

    points: int = 0
    spend: int = 0
    purchases: int = 0


@dataclass(frozen=True)
class ProgramTier:
    """A tier; one without thresholds that is not the base is given by hand only. The multiplier is millionths."""

    id: int
    name: str
    rank: int
    is_base: bool = False
    min_points: int | None = None
    min_spend: int | None = None
    min_purchases: int | None = None
    multiplier: int = MILLION
    never_demotes: bool = False

    @property
    def thresholds(self) -> tuple[int | None, int | None, int | None]:
        """The least points, spend and purchases, any one of which reaches it."""
        return self.min_points, self.min_spend, self.min_purchases

    @property
    def has_thresholds(self) -> bool:
        """Whether it can be reached."""
        return any(least is not None for least in self.thresholds)

    def is_reached_by(self, counts: TierCounts) -> bool:
        """Whether one of its thresholds is reached; the base always is."""
        reached = (least is not None and has >= least for least, has in zip(self.thresholds, counts, strict=True))
        return self.is_base or any(reached)


def reached_tier(tiers: Iterable[ProgramTier], counts: TierCounts) -> ProgramTier:
    """The highest tier that is reached."""
    return max((tier for tier in tiers if tier.is_reached_by(counts)), key=lambda tier: tier.rank)


def base_tier(tiers: Iterable[ProgramTier]) -> ProgramTier:
    """The base, of which there is always one."""
    return next(tier for tier in tiers if tier.is_base)


def lasting_tier(tiers: Iterable[ProgramTier], of: ProgramTier) -> ProgramTier | None:
    """The highest tier that never demotes whose rank is at most that of a tier: nobody in it falls below."""
    lasting = [tier for tier in tiers if tier.never_demotes and tier.rank <= of.rank]
    return max(lasting, key=lambda tier: tier.rank, default=None)


def next_tier(tiers: Iterable[ProgramTier], of: ProgramTier) -> ProgramTier | None:
    """The next rank above a tier that has thresholds."""
    above = [tier for tier in tiers if tier.rank > of.rank and tier.has_thresholds]
    return min(above, key=lambda tier: tier.rank, default=None)


def missing_to(tier: ProgramTier, counts: TierCounts) -> tuple[int | None, int | None, int | None]:
    """What is missing of each threshold that a tier names."""
    points, spend, purchases = (
        None if least is None else max(least - has, 0) for least, has in zip(tier.thresholds, counts, strict=True)
    )
    return points, spend, purchases


def highest(tiers: Sequence[ProgramTier | None]) -> ProgramTier:
    """The highest of some, of which one is there."""
    return max((tier for tier in tiers if tier is not None), key=lambda tier: tier.rank)


def window_start(window: TierWindow, day: date) -> date | None:
    """The first day that counts in the window that ends on a day; None where all days do."""
    match window:
        case TierWindow.LIFETIME:
            return None
        case TierWindow.CALENDAR_YEAR:
            return day.replace(month=1, day=1)
        case TierWindow.ROLLING_12_MONTHS:
            return years_after(day, -1) + timedelta(days=1)


def years_after(day: date, years: int) -> date:
    """The same day so many years on; of 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


# What a program begins with.
FIRST_TIERS = (
    ProgramTier(0, "Bronze", 1, is_base=True),
    ProgramTier(0, "Silver", 2, min_points=10_000, multiplier=1_200_000),
    ProgramTier(0, "Gold", 3, min_points=50_000, multiplier=1_500_000),
    ProgramTier(0, "Platinum", 4, min_points=100_000, multiplier=2_000_000),
)
