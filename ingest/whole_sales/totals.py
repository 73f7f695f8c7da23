"""What a sale comes to: subtotal, discount and tax, held to the total that the file gives."""

from collections.abc import Sequence
from typing import NamedTuple

from ingest.amounts import add_profit, check_amounts, discounted, minor, without
from ingest.drafts import Item, SaleDraft, Unsellable
from ingest.mapping import TaxStanding
from ingest.rows import SourceRow
from ingest.sale_terms import SaleTerms
from ingest.whole_sales.order_money import of_order, tells_of_order
from rules.selling import shares


class Reading(NamedTuple):
    """One way to read what a sale's lines and discounts come to, in minor units."""

    items: list[Item]
    discount: int  # of the whole sale

    @property
    def total(self) -> int:
        """Its lines less its discount."""
        return sum(item.total for item in self.items) - self.discount


def add_totals(  # noqa: PLR0913  a sale comes to what all of these say
    draft: SaleDraft,
    discounts: Sequence[int],
    taxed: Sequence[SourceRow],
    sold: Sequence[SourceRow],
    rows: Sequence[SourceRow],
    terms: SaleTerms,
) -> None:
    """Subtotal, tax and profit, with `discounts` taken off the first lines and the tax off lines that contain it."""
    own = [minor(row.tax, terms.exponent) for row in sold] + [0] * (len(draft.items) - len(sold))
    of_discounts = sum(minor(row.tax, terms.exponent) for row in taxed if row not in sold)
    of_whole = of_order(rows, "tax", terms)
    draft.tax = sum(own) + of_discounts + of_whole
    if draft.tax < 0:
        raise Unsellable("the tax of the sale is negative")
    readings = _readings(draft, discounts, terms)
    contains_tax = _contains_tax(draft, readings, rows, terms)
    if contains_tax:
        spread = shares(of_whole + of_discounts, [item.total for item in draft.items])
        taxes = [mine + part for mine, part in zip(own, spread, strict=True)]
        draft.items = without(draft.items, taxes, terms.exponent)
        if any(item.total < 0 for item in draft.items):
            raise Unsellable("the tax is larger than what it is contained in")
    draft.subtotal = sum(item.total for item in draft.items)
    if tells_of_order(rows, "grand_total", terms):
        rest = of_order(rows, "grand_total", terms) - draft.total - draft.tax
        draft.tax += max(rest, 0)
        draft.discount += max(-rest, 0)
    check_amounts(draft)
    add_profit(draft)


def _readings(draft: SaleDraft, discounts: Sequence[int], terms: SaleTerms) -> list[Reading]:
    """With the discounts, each off its own line and what is larger than that off the sale; and without any, as in some
    files the lines are without them already."""
    less = [discounted(line, off, terms.exponent) for line, off in zip(draft.items, discounts, strict=False)]
    items = [*less, *draft.items[len(less) :]]
    beyond = sum(discounts) - sum(item.discount for item in items)
    return [Reading(items, draft.discount + beyond), Reading(draft.items, 0)]


def _contains_tax(draft: SaleDraft, readings: Sequence[Reading], rows: Sequence[SourceRow], terms: SaleTerms) -> bool:
    """Takes the reading by which the sale comes to what the file says, and whether its lines contain the tax."""
    standing = terms.mapping.habits.tax
    draft.items, draft.discount = readings[0]
    if not tells_of_order(rows, "total", terms):
        return standing is TaxStanding.WITHIN
    told = of_order(rows, "total", terms)
    for reading in readings:
        comes_to = {TaxStanding.BESIDE: reading.total + draft.tax, TaxStanding.WITHIN: reading.total}
        for way, total in comes_to.items():
            if standing in (way, TaxStanding.BY_TOTAL) and _settled(draft, told - total):
                draft.items, draft.discount = reading
                return way is TaxStanding.WITHIN
        if standing is not TaxStanding.BY_TOTAL:
            break
    if draft.counted_from is not None:
        raise Unsellable(_does_not_add_up(draft, told, terms))
    draft.odd = _does_not_add_up(draft, told, terms)  # nothing counts it yet
    return standing is TaxStanding.WITHIN


def _settled(draft: SaleDraft, difference: int) -> bool:
    """Whether two totals are the same but for the rounding of lines, which goes to the tax."""
    if difference and (not draft.tax or abs(difference) > len(draft.items) or draft.tax + difference < 0):
        return False
    draft.tax += difference
    return True


def _does_not_add_up(draft: SaleDraft, told: int, terms: SaleTerms) -> str:
    off = sum(item.discount for item in draft.items)
    lines = sum(item.total for item in draft.items) + off
    parts = {"lines": lines, "discount": draft.discount + off, "tax": draft.tax}
    listed = ", ".join(f"{name} {_shown(amount, terms)}" for name, amount in parts.items() if amount)
    return f"the sale does not add up: {listed or 'nothing'} do not come to the total of {_shown(told, terms)}"


def _shown(amount: int, terms: SaleTerms) -> str:
    return f"{amount / 10**terms.exponent:,.{terms.exponent}f}"
