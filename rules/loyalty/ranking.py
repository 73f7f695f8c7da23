"""How tiers stand to each other: ranks that are taken, thresholds that fall with rank; and what is checked of one."""

from collections.abc import Sequence

from rules.loyalty.tiers import ProgramTier
from rules.problems import Problems, required_text, short_list
from rules.refusals import InputProblemCode

MOST_TIERS = 50
MOST_BENEFITS = 50
LONGEST_BENEFIT = 200
THRESHOLDS = ("minPoints", "minSpend", "minPurchases")


def misplaced(problems: Problems, tier: ProgramTier, others: Sequence[ProgramTier]) -> None:
    """Tell of a rank that is taken, or not above the base's, and of thresholds that fall with rank."""
    if any(other.rank == tier.rank for other in others):
        problems.add("rank", InputProblemCode.OUT_OF_RANGE, "Another tier has this rank: give each its own.")
    elif tier.is_base and any(other.rank < tier.rank for other in others):
        problems.add("rank", InputProblemCode.OUT_OF_RANGE, "The base has the lowest rank of all.")
    elif not tier.is_base and any(other.is_base and other.rank > tier.rank for other in others):
        problems.add("rank", InputProblemCode.OUT_OF_RANGE, "The base has the lowest rank: give one above it.")
    for place, name in enumerate(THRESHOLDS):
        if _falls(tier, others, place):
            message = "A higher rank needs at least as much as a lower one."
            problems.add(name, InputProblemCode.OUT_OF_RANGE, message)


def badly_placed(problems: Problems, tiers: Sequence[ProgramTier]) -> None:
    """Tell of what is wrong with tiers that are to stand together."""
    names = [tier.name.casefold() for tier in tiers]
    if len(set(names)) < len(names):
        problems.add((), InputProblemCode.NOT_TOGETHER, "Give each tier a name of its own.")
    if sum(tier.is_base for tier in tiers) != 1:
        problems.add((), InputProblemCode.REQUIRED, "Mark exactly one tier as the base.")
    for place, tier in enumerate(tiers):
        misplaced(problems.under(place), tier, [other for other in tiers if other is not tier])


def _falls(tier: ProgramTier, others: Sequence[ProgramTier], place: int) -> bool:
    least = tier.thresholds[place]
    if least is None:
        return False
    named = ((other.rank, bound) for other in others if (bound := other.thresholds[place]) is not None)
    return any((rank < tier.rank and bound > least) or (rank > tier.rank and bound < least) for rank, bound in named)


def tier_benefits(problems: Problems, benefits: Sequence[str]) -> tuple[str, ...]:
    """What a tier brings, in words of the shop."""
    few, inside = short_list(problems, "benefits", benefits, most=MOST_BENEFITS), problems.under("benefits")
    return tuple(required_text(inside, str(place), text, longest=LONGEST_BENEFIT) for place, text in enumerate(few))
