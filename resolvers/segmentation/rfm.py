"""RFM: the scored population of a scope, kept per revision, and a customer's place in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

import pyarrow as pa

from analytics.copy.pinned import PinnedView
from analytics.scope import Scope
from analytics.segmentation import SCHEMES, RFMScheme, RFMSegment, segment_of_cell
from analytics.segmentation.rfm import Population, in_scheme, score_population, scored_by_window
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.reports import Kept, Parts
from resolvers.segmentation.names import segment_called
from rules.days import date_of

MAX_DAYS = 9_999

DEFINITION = (
    "Customers with at least one counted sale in the window. Recency is the days since the last one, frequency their "
    "number, monetary their totals less the refunds paid in the window. Each is scored 1 to 5: 1 + floor(5 L / n), "
    "n customers of whom L are strictly worse, so that equal values get equal scores, and 3 where all have one value; "
    "scheme POS scores recency by fifths of the window. A customer belongs to the first segment whose ranges hold the "
    "three scores, else to the nearest."
)


async def population(context: Context, scope: Scope, scheme: RFMScheme) -> tuple[Computed[Population], bool]:
    """The scored population of a scope, and whether it was kept. Schemes that score alike share it."""
    by_window = scored_by_window(scope, scheme)

    async def compute(view: PinnedView) -> Kept[Population]:
        people = await score_population(view, scope, scheme)
        return Kept(people, people.nbytes)

    return await Parts(context, "rfm", (scope, by_window)).computed("population", compute)


def checked_days(days: int | None) -> int | None:
    """The length of a window; BadUserInput for an impossible one."""
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise BadUserInput(f"`days` must be from 1 to {MAX_DAYS:,}, or null for all history, not {days}")
    return days


# ---------------------------------------------------------------- one customer's scores


@dataclass(frozen=True)
class RFMScore:
    """A customer's recency, frequency and monetary value, scored among all customers."""

    recency_days: Annotated[int, "Days from the last purchase to `asOf`."]
    frequency: Annotated[int, "Purchases in the window."]
    monetary: Annotated[Decimal, "NET revenue in the window."]
    recency_score: Annotated[int, "1 to 5, 5 for the most recent."]
    frequency_score: Annotated[int, "1 to 5, 5 for the most frequent."]
    monetary_score: Annotated[int, "1 to 5, 5 for the most valuable."]
    segment: Annotated[RFMSegment, "The segment that these scores belong to."]
    as_of: Annotated[date, "The day that they are for."]
    days: Annotated[int | None, "The days of the window; null is all history."]
    scheme: Annotated[RFMScheme, "The scheme that names the segment."]

    @property
    def score_code(self) -> str:
        """The scores as R5F4M5."""
        return f"R{self.recency_score}F{self.frequency_score}M{self.monetary_score}"


async def rfm_by_customer(
    context: Context, ids: Sequence[int], arguments: tuple[RFMScheme, int | None, int, bool]
) -> list[RFMScore | None]:
    """The scores of each customer among all of a window, inactive ones only where the last argument says so.

    None for who is not among them.
    """
    scheme, days, as_of, include_inactive = arguments
    business = await context.business()
    everyone = Scope(as_of, days, include_inactive=include_inactive)
    computed, _ = await population(context, everyone, scheme)
    return [_score_of(computed.value, id_, scheme, business) for id_ in ids]


def _score_of(people: Population, id_: int, scheme: RFMScheme, business: BusinessCalendar) -> RFMScore | None:
    position = people.position_of(id_)
    if position is None:
        return None
    return RFMScore(
        recency_days=int(people.recency_days[position]),
        frequency=int(people.frequency[position]),
        monetary=business.money(int(people.monetary[position])),
        recency_score=int(people.recency_score[position]),
        frequency_score=int(people.frequency_score[position]),
        monetary_score=int(people.monetary_score[position]),
        segment=SCHEMES[scheme].segments[segment_of_cell(scheme)[people.cell[position]]],
        as_of=date_of(people.scope.as_of),
        days=people.scope.days,
        scheme=scheme,
    )


@dataclass(frozen=True)
class SegmentTerms:
    """By what customers are put into segments: the scheme, the window that ends at a day, and among whom."""

    scheme: RFMScheme
    days: int | None
    include_inactive: bool = False

    def at(self, as_of: int) -> Scope:
        """Who is scored at a day; BadUserInput for an impossible window."""
        return Scope(as_of, checked_days(self.days), include_inactive=self.include_inactive)


async def members_of_segment(context: Context, terms: SegmentTerms, name: str, as_of: int) -> pa.Table:
    """The customers of a segment; `name` is a segment's name or code."""
    scheme = terms.scheme
    position = segment_called(SCHEMES[scheme], f"the {scheme} scheme", "rfmSegment", name)
    computed, _ = await population(context, terms.at(as_of), scheme)
    return in_scheme(computed.value, scheme).members(position)
