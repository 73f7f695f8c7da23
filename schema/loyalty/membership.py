"""Memberships of the loyalty program: status, tier, balance, lots, and what can be had."""

from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any

import strawberry

from resolvers.loyalty.balances import (
    PointsDay,
    Qualifying,
    activations_by_member,
    checked_days,
    endings_by_member,
    expiring_by_member,
    lots_by_member,
    next_expiry_by_member,
    next_tier_by_member,
    next_tier_row_by_member,
    qualifying_by_member,
    tier_row_by_member,
    value_by_member,
)
from resolvers.loyalty.entries import entries_by_customer, entry_page_of_each
from resolvers.loyalty.offers import RewardOffer, offers_by_member
from resolvers.loyalty.redemptions import RedemptionPage, redemptions_by_customer
from resolvers.loyalty.rewards import loyalty_reward_by_id
from resolvers.loyalty.shown import TierChange, tier_by_member, tier_history_by_member
from resolvers.loyalty.tiers import loyalty_tier_by_id
from resolvers.operation.context import Context
from resolvers.operation.paging import PageArguments
from resolvers.sales import sale_by_id
from rules.loyalty.lots import LotStatus
from rules.loyalty.members import MemberStatus, TierChangeReason, TierSource
from rules.loyalty.points import PointsReason
from rules.refusals import RewardUnavailableReason
from schema.arguments import After, First, PeriodArg, about, said
from schema.execution.lookups import arguments_of, looked_up
from schema.loyalty.redemptions import LoyaltyRedemptionConnection, StatusArg
from schema.loyalty.rewards import LoyaltyReward
from schema.loyalty.tiers import LoyaltyTier
from schema.loyalty.transactions import LoyaltyTransactionConnection, TypesArg
from schema.results import before, registered
from schema.sales import Sale
from schema.scalars import BigInt

strawberry.enum(MemberStatus, description="Whether somebody takes part in the program.")
strawberry.enum(
    RewardUnavailableReason,
    description="Why a member may not have a reward; the first in this order. TOO_FEW_POINTS is of offers only.",
)
strawberry.enum(TierSource, description="Whether a tier is that of the rules, or laid over it by hand.")
strawberry.enum(
    TierChangeReason,
    description="Why a tier changed. REFUND: a refund, a void, or a sale that went to somebody else. "
    "MOVED: its tier was deleted.",
)
strawberry.enum(
    LotStatus,
    description="What became of a lot: with something remaining PENDING or ACTIVE by its days, else what took the last "
    "of it. MOVED: by a merge.",
)

registered(PointsDay, points=about("The points.", type_=BigInt))
registered(Qualifying, points=before("spend", about("Points that still qualify.", type_=BigInt)))
registered(
    TierChange,
    **{
        "from": looked_up(loyalty_tier_by_id, LoyaltyTier | None, "The tier before.", key="from_tier_id"),
        "to": looked_up(loyalty_tier_by_id, LoyaltyTier, "The tier after.", key="to_tier_id"),
        "at": about("Since when.", type_=datetime),
        "reason": about("Why.", type_=TierChangeReason),
    },
)
registered(
    RewardOffer,
    reward=before("is_available", looked_up(loyalty_reward_by_id, LoyaltyReward, "The reward.", key="reward_id")),
    reason=about("The first reason why not.", type_=RewardUnavailableReason | None),
    missing_points=about("How many points are missing to its cost.", type_=BigInt | None),
)


@strawberry.type(description="The points of one credit. `earned` is with what paid points that were owed.")
class PointsLot:
    """The points of one credit."""

    global_id: strawberry.ID = about("The opaque id.", "id")
    earned: BigInt = about("How many it was of.")
    remaining: BigInt = about("How many are left.")
    qualifying: BigInt = about("What of it still counts for tiers.")
    status: LotStatus = about("What became of it.")
    earned_on: date = about("The day of its cause.")
    active_from: date = about("From which day on it can be spent.")
    expires_on: date | None = about("The last day; null for one that does not end.")
    reason: PointsReason = about("Why it was given.")
    sale: Any = looked_up(sale_by_id, Sale | None, "The sale that earned it.", key="sale_id")


@strawberry.type(description="The points of a member, of today.")
class LoyaltyBalance:
    """The points of a member."""

    @strawberry.field(description="What can be spent.")
    @staticmethod
    def points(root: strawberry.Parent[Any]) -> BigInt:
        """What can be spent."""
        return root.account.sums.points

    @strawberry.field(description="What can be spent later.")
    @staticmethod
    def pending_points(root: strawberry.Parent[Any]) -> BigInt:
        """What can be spent later."""
        return root.account.sums.pending

    @strawberry.field(description="What was taken back after it was spent: the next points pay it.")
    @staticmethod
    def owed_points(root: strawberry.Parent[Any]) -> BigInt:
        """What the next points pay."""
        return root.account.sums.owed

    value: Any = looked_up(value_by_member, Decimal, "What the points are worth.", key="itself")

    @strawberry.field(description="What was ever earned, less what was taken back.")
    @staticmethod
    def lifetime_points(root: strawberry.Parent[Any]) -> BigInt:
        """What was ever earned."""
        return root.lifetime

    @strawberry.field(description="What was spent, less what was given back.")
    @staticmethod
    def redeemed_points(root: strawberry.Parent[Any]) -> BigInt:
        """What was spent."""
        return root.row.redeemed

    @strawberry.field(description="What ended.")
    @staticmethod
    def expired_points(root: strawberry.Parent[Any]) -> BigInt:
        """What ended."""
        return root.expired

    @arguments_of(expiring_by_member, BigInt, "What ends within so many days from today on.", key=lambda member: member)
    @staticmethod
    async def expiring_points(
        _context: Context, within_days: Annotated[int, said("Within so many days, 0 to 3,650.")] = 30
    ) -> Any:
        """The days."""
        return checked_days(within_days)

    next_expiry_date: Any = looked_up(
        next_expiry_by_member, date | None, "The next day that is the last of some points.", key="itself"
    )
    expiry_schedule: Any = looked_up(endings_by_member, list[PointsDay], "What ends with which day.", key="itself")
    activation_schedule: Any = looked_up(
        activations_by_member, list[PointsDay], "What can be spent from which day on.", key="itself"
    )

    @arguments_of(lots_by_member, list[PointsLot], "Its lots, by the day of their cause.", key=lambda member: member)
    @staticmethod
    async def lots(
        _context: Context, status: Annotated[LotStatus | None, said("Only those that are so today.")] = None
    ) -> Any:
        """The status."""
        return status


def _of_tier(type_: Any, description: str, path: str) -> Any:
    """A field of what `tier_by_member` found."""
    of = attrgetter(path)

    def finish(_context: Context, _key: Any, _arguments: Any, shown: Any) -> Any:
        return of(shown)

    return looked_up(tier_by_member, type_, description, key="itself", finish=finish)


def _of_next(type_: Any, description: str, name: str) -> Any:
    """A field of what `next_tier_by_member` found."""

    def finish(_context: Context, _key: Any, _arguments: Any, way: Any) -> Any:
        return getattr(way, name)

    return looked_up(next_tier_by_member, type_, description, key="itself", finish=finish)


_customer = attrgetter("customer_id")


@strawberry.type(description="A membership of the loyalty program, of today.")
class LoyaltyMembership:
    """A membership."""

    @strawberry.field(description="Whether it takes part.")
    @staticmethod
    def status(root: strawberry.Parent[Any]) -> MemberStatus:
        """Whether it takes part."""
        return root.row.status

    @strawberry.field(description="Why it was suspended, taken back or ended.")
    @staticmethod
    def status_reason(root: strawberry.Parent[Any]) -> str | None:
        """Why it stands so."""
        return root.row.status_reason

    @strawberry.field(description="Since when, the last time that it joined.")
    @staticmethod
    def enrolled_at(root: strawberry.Parent[Any]) -> datetime:
        """Since when."""
        return root.row.enrolled_at

    @strawberry.field(description="When it left.")
    @staticmethod
    def left_at(root: strawberry.Parent[Any]) -> datetime | None:
        """When it left."""
        return root.row.left_at

    tier: Any = looked_up(
        tier_row_by_member, LoyaltyTier, "Its tier: that of the rules, or one laid over it by hand.", key="itself"
    )
    tier_since: Any = _of_tier(datetime, "Since when it has the tier.", "tier.shown_since")
    tier_source: Any = _of_tier(TierSource, "Whether it is that of the rules, or laid over it by hand.", "tier.source")
    tier_review_on: Any = _of_tier(
        date | None,
        "When the tier by the rules is looked at again; null where it never is.",
        "review_on",
    )
    next_tier: Any = looked_up(
        next_tier_row_by_member, LoyaltyTier | None, "The next rank above that can be reached.", key="itself"
    )
    points_to_next_tier: Any = _of_next(
        BigInt | None, "What points are missing to it, where it names points.", "points"
    )
    spend_to_next_tier: Any = _of_next(Decimal | None, "What spend is missing to it, where it names spend.", "spend")
    purchases_to_next_tier: Any = _of_next(
        int | None, "How many purchases are missing to it, where it names purchases.", "purchases"
    )
    qualifying: Any = looked_up(
        qualifying_by_member, Qualifying, "What counts towards tiers in the window of today.", key="itself"
    )
    tier_history: Any = looked_up(
        tier_history_by_member, list[TierChange], "How its tier changed, the first first.", key="itself"
    )

    @strawberry.field(description="Its points, of today.", graphql_type=LoyaltyBalance)
    @staticmethod
    def balance(root: strawberry.Parent[Any]) -> Any:
        """Its points."""
        return root

    @arguments_of(
        entries_by_customer,
        LoyaltyTransactionConnection,
        "The movements of its points that are written, the latest first.",
        key=_customer,
    )
    @staticmethod
    async def transactions(
        _context: Context, first: First = None, after: After = None, types: TypesArg = None, period: PeriodArg = None
    ) -> Any:
        """The kinds, the period and the page."""
        return entry_page_of_each(types, period, PageArguments(first, after))

    @arguments_of(
        redemptions_by_customer, LoyaltyRedemptionConnection, "Its redemptions, the newest first.", key=_customer
    )
    @staticmethod
    async def redemptions(_context: Context, first: First = None, after: After = None, status: StatusArg = None) -> Any:
        """The status and the page."""
        return RedemptionPage(status, PageArguments(first, after))

    rewards: Any = looked_up(
        offers_by_member, list[RewardOffer], "Every reward, and whether the member may have it now.", key="itself"
    )
