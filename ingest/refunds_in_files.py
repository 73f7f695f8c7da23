"""What rows that give something back come to, goods and tax apart."""

from collections.abc import Sequence
from typing import NamedTuple

from ingest.amounts import gross_of, minor
from ingest.drafts import SaleDraft
from ingest.fields import ORDER
from ingest.mapping import TaxStanding
from ingest.rows import SourceRow
from ingest.sale_terms import SaleTerms
from rules.currency import half_even

ADDED = ("shipping", "tip", "fee")


class GivenBack(NamedTuple):
    """Goods without tax, and the tax on them, in minor units."""

    amount: int
    tax: int


def goods_and_tax(back: int, *, total: int, tax: int) -> GivenBack:
    """An amount with its tax, split as the sale's total and tax are."""
    goods = half_even(back * total, total + tax) if total + tax else back
    return GivenBack(goods, back - goods)


def returned(
    rows: Sequence[SourceRow], alone: Sequence[SourceRow], terms: SaleTerms, *, sale: SaleDraft | None = None
) -> GivenBack:
    """What rows give back of a sale, by magnitude. `alone` are those of no sale: what is said of a whole order is then
    of the refund."""
    exponent = terms.exponent
    amount = sum(abs(gross_of(row, exponent)) - abs(minor(row.discount, exponent)) for row in rows)
    amount += sum(abs(minor(row.shipping, exponent)) + abs(minor(row.tip, exponent)) for row in rows)
    tax = sum(abs(minor(row.tax, exponent)) for row in rows)
    if alone:
        amount += sum(_of_order(alone, name, terms) for name in ADDED) - _of_order(alone, "discount", terms)
        tax += _of_order(alone, "tax", terms)
    if terms.mapping.habits.tax is TaxStanding.WITHIN:
        if sale and all(row.tax is None for row in rows):
            return goods_and_tax(amount, total=sale.total, tax=sale.tax)
        amount -= tax
    return GivenBack(amount, tax)


def _of_order(rows: Sequence[SourceRow], name: str, terms: SaleTerms) -> int:
    if ORDER + name not in terms.mapping.order:
        return 0
    place = terms.mapping.order.index(ORDER + name)
    return abs(minor(next((row.order[place] for row in rows if row.order[place]), None), terms.exponent))
