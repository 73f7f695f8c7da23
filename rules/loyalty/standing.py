"""The tier that a member is shown: that of the rules, or one that a manager laid over it through a day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from rules.days import day_number
from rules.loyalty.members import TierChangeReason, TierSource
from rules.loyalty.reviews import ReviewWindow, TierStanding, review_day, review_window, reviewed
from rules.loyalty.settings import ProgramSettings
from rules.loyalty.tiers import ProgramTier, TierCounts

CountsIn = Callable[[ReviewWindow], Awaitable[TierCounts]]


@dataclass(frozen=True)
class LoyaltyProgram:
    """The settings and the tiers of a program, the tiers by rank."""

    settings: ProgramSettings
    tiers: tuple[ProgramTier, ...]

    def tier(self, id_: int) -> ProgramTier:
        """The tier with an id, which is one of them."""
        return next(tier for tier in self.tiers if tier.id == id_)


@dataclass(frozen=True)
class MemberTier:
    """The tier of a member by the rules, since when, and one that lies over it, without `manual_until` for good."""

    standing: TierStanding
    since: datetime
    manual: ProgramTier | None = None
    manual_since: datetime | None = None
    manual_until: date | None = None

    @property
    def shown(self) -> ProgramTier:
        """The tier that counts."""
        return self.standing.tier if self.manual is None else self.manual

    @property
    def shown_since(self) -> datetime:
        """Since when."""
        return self.since if self.manual_since is None else self.manual_since

    @property
    def source(self) -> TierSource:
        """Whether it is that of the rules."""
        return TierSource.QUALIFIED if self.manual is None else TierSource.MANUAL

    @property
    def ends_on(self) -> date | None:
        """The first day on which the tier of the rules shows again."""
        return None if self.manual_until is None else self.manual_until + timedelta(days=1)

    def under(self, tier: ProgramTier | None, since: datetime, until: date | None) -> "MemberTier":
        """The same with a tier laid over it, or with none."""
        if tier is None:
            return replace(self, manual=None, manual_since=None, manual_until=None)
        return replace(self, manual=tier, manual_since=since, manual_until=until)

    def by_rules(self, standing: TierStanding, at: datetime) -> "MemberTier":
        """The same with what the rules make of it at a moment."""
        since = self.since if standing.tier.id == self.standing.tier.id else at
        return replace(self, standing=standing, since=since)


class TierMove(NamedTuple):
    """That a member is shown another tier from a moment of a day on."""

    before: ProgramTier | None
    after: ProgramTier
    reason: TierChangeReason
    at: datetime
    day: date

    def columns(self, customer_id: int) -> dict[str, Any]:
        """The columns of its row in the history of a customer."""
        return {
            "customer_id": customer_id,
            "from_tier_id": None if self.before is None else self.before.id,
            "to_tier_id": self.after.id,
            "reason": self.reason,
            "at": self.at,
            "business_day": day_number(self.day),
        }


async def settled_tier(
    tier: MemberTier,
    program: LoyaltyProgram,
    today: date,
    counts_in: CountsIn,
    start_of: Callable[[date], datetime],
) -> tuple[MemberTier, list[TierMove]]:
    """A tier after the reviews that are due and the end of what lay over it, in order of day."""
    moves: list[TierMove] = []
    while True:
        review = review_day(program.settings, tier.standing)
        due = [day for day in (tier.ends_on, review) if day is not None and day <= today]
        if not due:
            return tier, moves
        day, before = min(due), tier.shown
        if day == tier.ends_on:
            tier, reason = tier.under(None, start_of(day), None), TierChangeReason.MANUAL
        else:
            counts = await counts_in(review_window(program.settings, tier.standing, day))
            standing = reviewed(program.settings, tier.standing, program.tiers, counts, day)
            tier, reason = tier.by_rules(standing, start_of(day)), TierChangeReason.REVIEW
        if tier.shown.id != before.id:
            moves.append(TierMove(before, tier.shown, reason, start_of(day), day))
