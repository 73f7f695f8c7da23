"""What a sale comes to: subtotal, discount and tax, held to the total that the file gives."""

from collections.abc import Sequence

from ingest.amounts import add_profit, check_amounts, minor, without
from ingest.drafts import SaleDraft, Unsellable
from ingest.mapping import TaxStanding
from ingest.rows import SourceRow
from ingest.sale_terms import SaleTerms
from ingest.whole_sales.order_money import of_order, tells_of_order
from rules.selling import shares


def add_totals(
    draft: SaleDraft, taxed: Sequence[SourceRow], sold: Sequence[SourceRow], rows: Sequence[SourceRow], terms: SaleTerms
) -> None:
    """Subtotal, tax and profit, with the tax taken off lines that contain it."""
    own = [minor(row.tax, terms.exponent) for row in sold] + [0] * (len(draft.items) - len(sold))
    of_discounts = sum(minor(row.tax, terms.exponent) for row in taxed if row not in sold)
    of_whole = of_order(rows, "tax", terms)
    draft.tax = sum(own) + of_discounts + of_whole
    if draft.tax < 0:
        raise Unsellable("the tax of the sale is negative")
    draft.subtotal = sum(item.total for item in draft.items)
    if _contains_tax(draft, rows, terms):
        spread = shares(of_whole + of_discounts, [item.total for item in draft.items])
        taxes = [mine + part for mine, part in zip(own, spread, strict=True)]
        draft.items = without(draft.items, taxes, terms.exponent)
        draft.subtotal = sum(item.total for item in draft.items)
        if any(item.total < 0 for item in draft.items):
            raise Unsellable("the tax is larger than what it is contained in")
    if tells_of_order(rows, "grand_total", terms):
        rest = of_order(rows, "grand_total", terms) - draft.total - draft.tax
        draft.tax += max(rest, 0)
        draft.discount += max(-rest, 0)
    check_amounts(draft)
    add_profit(draft)


def _contains_tax(draft: SaleDraft, rows: Sequence[SourceRow], terms: SaleTerms) -> bool:
    """Whether the lines contain the tax. What the sale comes to by the file tells, or has to agree."""
    standing = terms.mapping.habits.tax
    told = of_order(rows, "total", terms)
    if not tells_of_order(rows, "total", terms):
        return standing is TaxStanding.WITHIN
    for discount in dict.fromkeys((draft.discount, 0)):  # in some files the lines are without it already
        without = draft.subtotal - discount
        readings = {TaxStanding.BESIDE: without + draft.tax, TaxStanding.WITHIN: without}
        for reading, comes_to in readings.items():
            if standing in (reading, TaxStanding.BY_TOTAL) and _settled(draft, told - comes_to):
                draft.discount = discount
                return reading is TaxStanding.WITHIN
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
    parts = {"lines": draft.subtotal, "discount": draft.discount, "tax": draft.tax}
    listed = ", ".join(f"{name} {_shown(amount, terms)}" for name, amount in parts.items() if amount)
    return f"the sale does not add up: {listed or 'nothing'} do not come to the total of {_shown(told, terms)}"


def _shown(amount: int, terms: SaleTerms) -> str:
    return f"{amount / 10**terms.exponent:,.{terms.exponent}f}"
