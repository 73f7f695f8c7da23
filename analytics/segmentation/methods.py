"""The segments of the methods beside RFM: by value, by tier, by use of credit, and by what is bought."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache

from analytics.segmentation.tables import AT_RISK, BEST, LOYAL, NEW, Segment, SegmentTable, code_of


class SegmentationMethod(StrEnum):
    """By what customers are put into segments."""

    RFM = "RFM"
    VALUE = "VALUE"
    BEHAVIOR = "BEHAVIOR"
    TIER = "TIER"
    CREDIT = "CREDIT"


NEW_DAYS = 30
AT_RISK_DAYS = 90

MIXED = "Mixed"
UNCATEGORISED = "Uncategorised"


def _segment(name: str, description: str, criteria: str, actions: tuple[str, ...]) -> Segment:
    return Segment(
        code=code_of(name), name=name, description=description, criteria=criteria, recommended_actions=actions
    )


VALUE = SegmentTable(
    (
        _segment(
            "High",
            "The fifth of the customers that brings the most revenue.",
            "At least 80 % of the population brought strictly less NET revenue in the window.",
            BEST,
        ),
        _segment(
            "Medium",
            "The middle of the customers by revenue.",
            "At least 20 %, and less than 80 %, of the population brought strictly less NET revenue in the window.",
            LOYAL,
        ),
        _segment(
            "Low",
            "The fifth of the customers that brings the least revenue, and all who bring as little.",
            "Less than 20 % of the population brought strictly less NET revenue in the window.",
            (
                "Raise the basket: offer a bundle, or free delivery from an amount just above their usual one.",
                "Make a limited-time offer for the next purchase.",
                "Watch what they cost: serve them by e-mail and self-service rather than by phone.",
            ),
        ),
    )
)

TIER = SegmentTable(
    (
        _segment(
            "New",
            "Bought for the first time in the last 30 days.",
            f"The first purchase was less than {NEW_DAYS} days before the day of the answer.",
            NEW,
        ),
        _segment(
            "At-Risk",
            "Have not bought for 90 days or longer.",
            f"Not new, and no purchase for {AT_RISK_DAYS} days or longer.",
            AT_RISK,
        ),
        _segment(
            "VIP",
            "The best customers by revenue who still buy.",
            "Neither new nor at risk, and at least 80 % of the population brought strictly less NET revenue, "
            "over all history.",
            BEST,
        ),
        _segment("Regular", "All others who still buy.", "Neither new, nor at risk, nor VIP.", LOYAL),
    ),
    attention_list=("At-Risk",),
)

CREDIT = SegmentTable(
    (
        _segment(
            "No Credit",
            "Customers without a credit limit: they pay when they buy.",
            "The credit limit is 0, whatever is owed.",
            (
                "Offer the most loyal ones an account with a small limit.",
                "Ask wholesale customers whether monthly invoices would help them buy more.",
                "Settle what some of them owe all the same: they should owe nothing.",
            ),
        ),
        _segment(
            "Low",
            "Use little of their credit.",
            "The outstanding balance is below 30 % of the credit limit.",
            (
                "Tell them what they can still buy on account.",
                "Cross-sell: nothing stands in the way of a larger order.",
                "Ask for feedback on terms if they used to buy more on account.",
            ),
        ),
        _segment(
            "Moderate",
            "Use their credit as it is meant.",
            "The outstanding balance is from 30 % to below 70 % of the credit limit.",
            (
                "Keep them: remind them of due amounts in a friendly way, shortly before the day.",
                "Raise the limit of those who always pay in time.",
                "Offer a small discount for early payment.",
            ),
        ),
        _segment(
            "High",
            "Are close to their credit limit.",
            "The outstanding balance is from 70 % to below 100 % of the credit limit.",
            (
                "Call before the next large order: it may not fit into the limit.",
                "Send a statement of account and agree on a day of payment.",
                "Look at how they paid so far before raising the limit.",
            ),
        ),
        _segment(
            "Over Limit",
            "Owe as much as they may, or more.",
            "The outstanding balance is 100 % of the credit limit or more.",
            (
                "Stop further sales on account until something is paid.",
                "Call in person and agree on a plan of payments in writing.",
                "Lower the limit, or ask for prepayment, where plans are not kept.",
            ),
        ),
    ),
    attention_list=("Over Limit", "High"),
)

TABLES = {SegmentationMethod.VALUE: VALUE, SegmentationMethod.TIER: TIER, SegmentationMethod.CREDIT: CREDIT}


# ---------------------------------------------------------------- by what is bought


def behavior_table(categories: Iterable[str]) -> SegmentTable[Segment]:
    """A segment for each category by name, and "Mixed" as the last; a category of that name shares it."""
    return _behavior_table(tuple(sorted({*categories} - {MIXED})))


@cache
def _behavior_table(categories: tuple[str, ...]) -> SegmentTable[Segment]:
    taken = {code_of(MIXED)}
    return SegmentTable((*(_of_category(name, _free_code(name, taken)) for name in categories), MIXED_SEGMENT))


def united(tables: Sequence[SegmentTable[Segment]]) -> SegmentTable[Segment]:
    """The one table that all share, or the segments by category of all."""
    first = tables[0]
    if all(table is first for table in tables):
        return first
    return behavior_table({segment.name for table in tables for segment in table.segments})


def _free_code(name: str, taken: set[str]) -> str:
    """Names that differ in case only would share a code: later ones get a number."""
    code, number = code_of(name), 1
    while code in taken:
        number += 1
        code = f"{code_of(name)}_{number}"
    taken.add(code)
    return code


def _of_category(name: str, code: str) -> Segment:
    if name == UNCATEGORISED:
        return Segment(
            code=code,
            name=name,
            description="Spend at least half of their money on goods that have no category.",
            criteria="Goods without a category hold at least half of the spend in the window.",
            recommended_actions=(
                "Give these goods a category, so that these customers tell what they like.",
                "Look at what is in their baskets before you write to them.",
                "Recommend what customers like them bought next.",
            ),
        )
    return Segment(
        code=code,
        name=name,
        description=f"Spend at least half of their money on {name}.",
        criteria=f"{name} holds at least half of the spend in the window, before discounts and refunds of whole sales; "
        "of two such categories the one of more spend, then the first by name.",
        recommended_actions=(
            f"Tell them first what is new in {name}, and keep it in stock.",
            f"Cross-sell one neighbouring category that other {name} buyers like.",
            f"Give no general discount: reward them within {name}.",
        ),
    )


MIXED_SEGMENT = Segment(
    code=code_of(MIXED),
    name=MIXED,
    description="Buy across categories: none holds half of what they spend.",
    criteria="No category holds half of the spend in the window, or the spend is not above zero.",
    recommended_actions=(
        "Offer bundles across the categories that they buy together.",
        "Ask which categories they want to hear of, and write about those only.",
        "Reward the whole basket, by points or a threshold, rather than single goods.",
    ),
)
