"""Receivables: what is owed on sales, by age, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

import pyarrow as pa

from analytics.copy.pinned import PinnedView
from analytics.copy.tables import PAYMENTS, STATUSES
from analytics.receivables import Receivables, receivables_at, unpaid_rests
from resolvers.operation.context import Context
from resolvers.operation.paging import list_digest
from resolvers.operation.reports import (
    Computed,
    Freshness,
    HowComputed,
    Kept,
    Parts,
    freshness_of,
    kept_columns,
    statements_shown,
)
from rules.days import date_of

DEFINITION = (
    "Owed on each sale that was partly paid at the end of the day: its total and tax, less its refunds and its "
    "payments to that day other than on the customer's account, at least 0. Age is the days since the sale's business "
    "day; current is age 0. Opening balances and unallocated payments belong to no sale and are left out."
)


@dataclass(frozen=True)
class ReceivablesQuestion:
    """The arguments of the report, as a client gives them."""

    as_of: date | None = None


@dataclass(frozen=True)
class OwingMembers:
    """The customers who owe."""

    of: ReceivablesQuestion


@dataclass(frozen=True)
class ReceivablesAging:
    """What is owed on sales at the end of a day, by days since the sale."""

    asked: ReceivablesQuestion
    owing: pa.Table
    as_of: Annotated[date, "The day."]
    total: Annotated[Decimal, "All that is owed."]
    current: Annotated[Decimal, "On sales of that day."]
    days1_to30: Annotated[Decimal, "On sales of 1 to 30 days before."]
    days31_to60: Annotated[Decimal, "On sales of 31 to 60 days before."]
    days61_to90: Annotated[Decimal, "On sales of 61 to 90 days before."]
    over90: Annotated[Decimal, "On older sales."]
    notices: Annotated[list[str], "What a reader should know about this answer."]
    how_computed: Annotated[HowComputed, "What the numbers are, and the statement that computed them."]
    freshness: Annotated[Freshness, "How fresh it is."]

    @property
    def digest(self) -> str:
        """What the cursors of its customers are bound to."""
        return list_digest("receivables", self.as_of)

    @property
    def members_asked(self) -> OwingMembers:
        """The question that its customers answer."""
        return OwingMembers(self.asked)

    def members(self) -> pa.Table:
        """Who owes, with the amount."""
        return self.owing


async def receivables_aging(context: Context, question: ReceivablesQuestion) -> ReceivablesAging:
    """What is owed on sales at the end of a day, of today unless one is asked for."""
    business = await context.business()
    as_of, notices = business.as_of(question.as_of)

    computed, from_cache = await _rests(context, as_of)
    found = computed.value
    current, to30, to60, to90, older = (business.money(amount) for amount in found.by_age)
    return ReceivablesAging(
        asked=question,
        as_of=date_of(as_of),
        total=business.money(found.total),
        current=current,
        days1_to30=to30,
        days31_to60=to60,
        days61_to90=to90,
        over90=older,
        owing=found.members,
        notices=notices,
        how_computed=HowComputed(DEFINITION, statements_shown([unpaid_rests()], {"as_of": as_of})),
        freshness=freshness_of(computed, from_cache),
    )


async def owed_by_customer(context: Context, ids: Sequence[int], as_of: int) -> list[Decimal]:
    """What each customer owes on sales at the end of a day number."""
    business, (computed, _) = await context.business(), await _rests(context, as_of)
    return [business.money(amount) for amount in computed.value.owed_by(ids)]


async def _rests(context: Context, as_of: int) -> tuple[Computed[Receivables], bool]:
    async def compute(view: PinnedView) -> Kept[Receivables]:
        found = await receivables_at(view, as_of)
        return kept_columns(found, found.members)

    return await Parts(context, "receivables", as_of).computed("rests", compute, PAYMENTS | STATUSES)
