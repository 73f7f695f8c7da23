"""The money of rows: what a line comes to, what several come to, and how tax and postage are taken off lines."""

from collections.abc import Iterable, Sequence

from ingest.drafts import Item, SaleDraft, Unsellable
from ingest.rows import SourceRow
from ingest.values import BIGGEST
from rules.currency import MILLION, half_even
from rules.selling import earned_by, line_profit, line_total


def minor(value: int | None, exponent: int) -> int:
    """Millionths of a currency's unit as minor units, half-even; nothing is 0."""
    return half_even((value or 0) * 10**exponent, MILLION)


def summed(rows: Iterable[SourceRow], name: str, exponent: int) -> int:
    """The sum of a field of the rows in minor units, each rounded half-even."""
    return sum(minor(value, exponent) for row in rows if (value := getattr(row, name)))


def gross_of(row: SourceRow, exponent: int) -> int:
    """What a row comes to before its discount."""
    if row.amount is not None:
        return minor(row.amount, exponent)
    return line_total(_quantity(row), row.unit_price or 0, exponent)


def item_of(position: int, row: SourceRow, exponent: int, *, product: str, is_product: bool) -> Item:
    """A row as the line of a sale."""
    quantity, total = _quantity(row), gross_of(row, exponent)
    price = half_even((row.amount or 0) * MILLION, quantity) if row.unit_price is None else row.unit_price
    cost = row.unit_cost if row.cost is None else half_even(abs(row.cost) * MILLION, quantity)
    profit = None if cost is None else line_profit(total, quantity, cost, exponent)
    if max(total, price, cost or 0, -(profit or 0)) > BIGGEST:
        raise Unsellable(f"the total of line {row.line} is too large", row.line)
    return Item(position, product, row.sku, row.category, row.brand, quantity, price, cost, total, profit, is_product)


def extra_item(position: int, name: str, amount: int, exponent: int) -> Item:
    """Postage, a tip or a fee as a line that is no product."""
    price = amount * MILLION // 10**exponent
    return Item(position, name, None, None, None, MILLION, price, None, amount, None, is_product=False)


def discounted(line: Item, discount: int, exponent: int) -> Item:
    """A line after its own discount, which takes no more than there is."""
    off = min(discount, line.total)
    return _with_total(line, line.total - off, exponent)._replace(discount=off) if off else line


def without(items: Sequence[Item], parts: Sequence[int], exponent: int) -> list[Item]:
    """The lines after what each contains of tax or postage is taken off."""
    return [_less(item, part, exponent) for item, part in zip(items, parts, strict=True)]


def _less(item: Item, part: int, exponent: int) -> Item:
    """A line without a part of its total; what was taken off it is less in the same proportion, as is its price."""
    if not part:
        return item
    total = item.total - part
    discount = half_even(item.discount * total, item.total) if item.discount and item.total > 0 else item.discount
    price = half_even((total + discount) * MILLION * MILLION, item.quantity * 10**exponent)
    return _with_total(item, total, exponent)._replace(unit_price=price, discount=discount)


def _with_total(item: Item, total: int, exponent: int) -> Item:
    profit = None if item.unit_cost is None else line_profit(total, item.quantity, item.unit_cost, exponent)
    return item._replace(total=total, profit=profit)


def check_amounts(draft: SaleDraft) -> None:
    """Unsellable where the sums of a sale cannot be."""
    if draft.discount > draft.subtotal:
        raise Unsellable("the discount is larger than the sale")
    if draft.subtotal + draft.tax > BIGGEST or any(item.unit_price > BIGGEST for item in draft.items):
        raise Unsellable("the total of the sale is too large")


def add_profit(draft: SaleDraft) -> None:
    """What the sale earns, where a cost is known."""
    earned = earned_by([(item.total, item.profit) for item in draft.items], draft.discount)
    if earned is None:
        return
    draft.profit, draft.costed = earned
    if abs(earned.profit) > BIGGEST:
        raise Unsellable("the cost of the sale is too large")


def _quantity(row: SourceRow) -> int:
    return MILLION if row.quantity is None else row.quantity
