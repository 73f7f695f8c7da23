"""Tiers of the loyalty program: saved and deleted by the shop, and read as the rules know them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any, Self

from models.loyalty.shown import tier_members
from models.loyalty.tiers import tiers_of_business, tiers_with_id
from resolvers.operation.context import Context
from resolvers.operation.loaders import one_each
from rules.amounts import check_money
from rules.days import day_number
from rules.loyalty.ranking import tier_benefits
from rules.loyalty.settings import checked_rate
from rules.loyalty.tiers import FIRST_TIERS, ProgramTier
from rules.problems import Problems, required_text, whole_number
from rules.refusals import InputProblemCode

LONGEST_NAME = 80
HIGHEST_RANK = 1_000_000
MOST_POINTS = 10**12


@dataclass(frozen=True)
class SaveLoyaltyTier:
    """The whole tier, a new one without an id; the multiplier is millionths once it is checked."""

    id: int | None
    version: int | None
    name: str
    rank: int
    is_base: bool
    min_points: int | None
    min_spend: Decimal | None
    min_purchases: int | None
    earn_multiplier: Any
    never_demotes: bool
    benefits: tuple[str, ...]

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return self.checked_in(problems.under("input"))

    def checked_in(self, inside: Problems) -> Self:
        """The same, its problems told where it is."""
        self._without_thresholds(inside)
        check_money(inside, "minSpend", self.min_spend)
        return replace(
            self,
            name=required_text(inside, "name", self.name, longest=LONGEST_NAME),
            rank=whole_number(inside, "rank", self.rank, lowest=0, highest=HIGHEST_RANK),
            min_points=whole_number(inside, "minPoints", self.min_points, lowest=0, highest=MOST_POINTS),
            min_purchases=whole_number(inside, "minPurchases", self.min_purchases, lowest=0, highest=HIGHEST_RANK),
            earn_multiplier=checked_rate(inside, "earnMultiplier", self.earn_multiplier),
            benefits=tier_benefits(inside, self.benefits),
        )

    def _without_thresholds(self, problems: Problems) -> None:
        named = {"minPoints": self.min_points, "minSpend": self.min_spend, "minPurchases": self.min_purchases}
        for name, least in named.items():
            if self.is_base and least is not None:
                message = "The base is everybody's: it has no thresholds."
                problems.add(name, InputProblemCode.NOT_TOGETHER, message)


@dataclass(frozen=True)
class DeleteLoyaltyTier:
    """A tier to delete, and the one that its members and rewards have then."""

    id: int
    move_to_id: int


@dataclass(frozen=True)
class LoyaltyTierPayload:
    """The tier as it is now, and how many members moved by this."""

    tier_id: int
    moved_up: Annotated[int, "How many members it moved up."]
    moved_down: Annotated[int, "How many members it moved down; saving moves nobody down."]


def program_tier(row: Any) -> ProgramTier:
    """A tier as the rules know it, of its stored row."""
    return ProgramTier(
        row.id,
        row.name,
        row.rank,
        row.is_base,
        row.min_points,
        row.min_spend,
        row.min_purchases,
        row.earn_multiplier,
        row.never_demotes,
    )


def first_tier_columns() -> list[dict[str, Any]]:
    """The columns of the tiers that a program begins with."""
    return [
        {
            "name": tier.name,
            "folded_name": tier.name.casefold(),
            "rank": tier.rank,
            "is_base": tier.is_base,
            "min_points": tier.min_points,
            "earn_multiplier": tier.multiplier,
            "never_demotes": False,
            "benefits": "[]",
            "is_deleted": False,
            "version": 1,
        }
        for tier in FIRST_TIERS
    ]


async def list_loyalty_tiers(context: Context) -> list[Any]:
    """The tiers of the business by rank."""
    return await context.reader.rows(tiers_of_business())


async def loyalty_tier_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The tier of each id, a deleted one too, None where this business has no such tier."""
    return one_each(await context.reader.rows(tiers_with_id(), ids=list(ids)), ids)


async def member_count_by_tier(context: Context, ids: Sequence[int], _: Any) -> list[int]:
    """How many members each tier has."""
    day = day_number((await context.business()).today)
    counts = {row.id: row.members for row in await context.reader.rows(tier_members(), ids=list(ids), day=day)}
    return [counts.get(id_, 0) for id_ in ids]
