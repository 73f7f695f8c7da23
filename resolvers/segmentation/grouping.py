"""Customers in segments by any method: what the segmentation, its migration and its trend share."""

from datetime import date
from typing import Any

from analytics.copy.pinned import PinnedView
from analytics.scope import Scope
from analytics.segmentation.behavior import place_by_category
from analytics.segmentation.credit import place_by_credit
from analytics.segmentation.grouped import Grouped, Placed
from analytics.segmentation.grouping import SegmentGrouping
from analytics.segmentation.methods import SegmentationMethod
from analytics.segmentation.rfm import in_scheme
from analytics.segmentation.valued import place_by_value
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.reports import Kept, Parts
from resolvers.segmentation.rfm import DEFINITION, population

OF_METHOD = {
    SegmentationMethod.RFM: DEFINITION,
    SegmentationMethod.VALUE: (
        "Customers with at least one counted sale in the window, ranked by their totals less the refunds paid in the "
        "window. Of n customers, L of whom brought strictly less: High from L / n = 0.8, Medium from 0.2, Low below, "
        "so that equal revenue is in one segment."
    ),
    SegmentationMethod.TIER: (
        "Customers with at least one counted sale in all history to the day; `days` has no part in it. The first that "
        "holds: New, first purchase less than 30 days before the day; At-Risk, no purchase for 90 days or longer; VIP, "
        "at least 80 % of the population brought strictly less revenue (totals less all refunds); else Regular."
    ),
    SegmentationMethod.CREDIT: (
        "Every customer that was not merged into another, with or without a sale. Utilisation is the outstanding "
        "balance (opening balance, plus the unpaid rests of sales, less payments without a sale), as it is today, over "
        "the credit limit: No Credit where the limit is 0, Low below 30 %, Moderate below 70 %, High below 100 %, else "
        "Over Limit. The mean utilisation of a segment is over its customers with a limit. Revenue, purchases and the "
        "days since the last one are of the window."
    ),
    SegmentationMethod.BEHAVIOR: (
        "Customers with at least one counted sale in the window. The segment is the category with at least half of the "
        "customer's spend in it: line totals as sold, before the discount of the sale and refunds; of two such "
        "categories the greater, then the first by name. Lines without a category are Uncategorised; without such a "
        "category, or where the spend is not above zero, it is Mixed. The segments are the categories that occur, and "
        "Mixed."
    ),
}


async def grouped(context: Context, scope: Scope, grouping: SegmentGrouping) -> tuple[Grouped, Computed[Any], bool]:
    """The customers of a scope in segments, how they were computed, and whether they were kept."""
    if grouping.scheme is not None:
        people, is_kept = await population(context, scope, grouping.scheme)
        return in_scheme(people.value, grouping.scheme), people, is_kept

    async def compute(view: PinnedView) -> Kept[Placed]:
        placed = await _placed(view, scope, grouping.method)
        return Kept(placed, placed.nbytes)

    parts = Parts(context, f"customers by {grouping.method}", scope)
    computed, is_kept = await parts.computed("placed", compute, grouping.need)
    return computed.value, computed, is_kept


async def _placed(view: PinnedView, scope: Scope, method: SegmentationMethod) -> Placed:
    if method is SegmentationMethod.CREDIT:
        return await place_by_credit(view, scope)
    if method is SegmentationMethod.BEHAVIOR:
        return await place_by_category(view, scope)
    return await place_by_value(view, scope, method)


def refuse_a_past_day(grouping: SegmentGrouping, asked: date | None, business: BusinessCalendar) -> None:
    """BadUserInput where balances, which are known as they are today only, are asked of an earlier day."""
    if grouping.method is SegmentationMethod.CREDIT and asked is not None and asked < business.today:
        raise BadUserInput(
            "method CREDIT is of today's balances and limits, which are not kept by day: "
            f"leave `asOf` out instead of {asked}, or give today, {business.today}"
        )


def refuse_undated(grouping: SegmentGrouping) -> None:
    """BadUserInput where balances are asked of several days."""
    if grouping.method is SegmentationMethod.CREDIT:
        raise BadUserInput(
            "method CREDIT is of today's balances and limits, which are not kept by day: "
            "compare days by method RFM, VALUE, TIER or BEHAVIOR"
        )
