"""When a tier is looked at again and what becomes of it then, and what a refund makes of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from rules.loyalty.settings import ProgramSettings, TierReview
from rules.loyalty.tiers import (
    ProgramTier,
    TierCounts,
    highest,
    lasting_tier,
    reached_tier,
    window_start,
    years_after,
)


@dataclass(frozen=True)
class TierStanding:
    """The tier of a member by the rules.

    `reviewed_on` is the day on which it began or was last kept; `floor` the tier after the last review, merge or
    joining; `grace_since` the review day that it did not pass, while it is in its days of grace.
    """

    tier: ProgramTier
    reviewed_on: date
    floor: ProgramTier
    grace_since: date | None = None


class ReviewWindow(NamedTuple):
    """The days that a review looks at; without `start` all up to `end`."""

    start: date | None
    end: date


def review_day(settings: ProgramSettings, standing: TierStanding) -> date | None:
    """The day at whose start a tier is looked at again; in days of grace the day that ends them."""
    if settings.tier_review is TierReview.NEVER:
        return None
    if standing.grace_since is not None:
        return standing.grace_since + timedelta(days=settings.grace_days)
    match settings.tier_review:
        case TierReview.ANNIVERSARY:
            return years_after(standing.reviewed_on, 1)
        case TierReview.CALENDAR_YEAR:
            return date(standing.reviewed_on.year + 1, 1, 1)


def review_window(settings: ProgramSettings, standing: TierStanding, on: date) -> ReviewWindow:
    """What a review on a day looks at: the window to the day before, after days of grace lengthened by those."""
    day_before = on - timedelta(days=1)
    first = day_before if standing.grace_since is None else standing.grace_since - timedelta(days=1)
    return ReviewWindow(window_start(settings.tier_window, first), day_before)


def reviewed(
    settings: ProgramSettings, standing: TierStanding, tiers: Sequence[ProgramTier], counts: TierCounts, on: date
) -> TierStanding:
    """What a review on a day, over `counts`, makes of a tier: kept, given grace, or down to what is reached."""
    reached = reached_tier(tiers, counts)
    if reached.rank >= standing.tier.rank:
        began = on if standing.grace_since is None else standing.grace_since
        return TierStanding(reached, began, reached)
    down_to = highest([reached, lasting_tier(tiers, standing.tier)])
    if down_to.rank >= standing.tier.rank:
        return TierStanding(standing.tier, on, standing.tier)
    if settings.grace_days and standing.grace_since is None:
        return replace(standing, grace_since=on)
    return TierStanding(down_to, on, down_to)


def raised(standing: TierStanding, tiers: Sequence[ProgramTier], counts: TierCounts, on: date) -> TierStanding:
    """The tier that is reached, at once, where it is a higher one; nobody falls by this."""
    reached = reached_tier(tiers, counts)
    if reached.rank <= standing.tier.rank:
        return standing
    return TierStanding(reached, on, standing.floor)


def demoted(
    standing: TierStanding, tiers: Sequence[ProgramTier], before: TierCounts, after: TierCounts, on: date
) -> TierStanding:
    """What a refund, void or assignment away makes of a tier: who qualified until then and no more falls at once.

    Never below the tier after the last review, nor below one that never demotes.
    """
    if reached_tier(tiers, before).rank < standing.tier.rank:
        return standing
    down_to = highest([reached_tier(tiers, after), standing.floor, lasting_tier(tiers, standing.tier)])
    if down_to.rank >= standing.tier.rank:
        return standing
    return TierStanding(down_to, on, standing.floor)


def reviewed_before(settings: ProgramSettings, day: date) -> date | None:
    """The last day on which a tier may have been reviewed that is to be looked at again by a day; None if none is."""
    match settings.tier_review:
        case TierReview.NEVER:
            return None
        case TierReview.ANNIVERSARY:
            return years_after(day, -1)
        case TierReview.CALENDAR_YEAR:
            return date(day.year - 1, 12, 31)
