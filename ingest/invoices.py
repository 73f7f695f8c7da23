"""INVOICES and PURCHASES: layouts of published data sets, whose bad rows are left out of their sale."""

from bisect import bisect
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from ingest.amounts import add_profit, check_amounts, item_of
from ingest.drafts import Outcome, RefundDraft, SaleDraft, Unsellable, checked_number
from ingest.rows import Group, SourceRow
from ingest.sale_terms import SaleTerms, earliest, given, lines_of, profile_of
from ingest.values import BIGGEST
from rules.selling import line_total

# Codes of Online Retail that are no goods: postage, discounts, manual entries, fees, samples, donations.
NON_PRODUCTS = {"POST", "DOT", "C2", "D", "M", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS"}


def invoices_of(group: Group, terms: SaleTerms) -> Outcome:
    """INVOICES: a number that begins with A is rejected, with C a refund, any other sells."""
    rows = group.rows
    number = rows[0].key
    if number.startswith("A"):
        return Outcome([], [(lines_of(rows), f"invoice {number} is an adjustment, neither sale nor refund")])
    kept, rejects = _agreeing(rows)
    if number.startswith("C"):
        return _one_refund(kept, rows, rejects, terms)
    sold = [row for row in kept if (row.quantity or 0) > 0 and (row.unit_price or 0) >= 0]
    if not any(row.unit_price for row in sold):
        return Outcome(
            [], [*rejects, (lines_of(kept), f"invoice {number} has no row with a quantity and a price above 0")]
        )
    rejects += _strays(
        kept, sold, f"stray row of sale {number}: a row sells with a quantity above 0 and no negative price"
    )
    return _one_sale(sold, rows, rejects, terms)


def purchases_of(group: Group, terms: SaleTerms) -> Outcome:
    """PURCHASES: every row of a customer's day is a sale, numbered customer-date-n over all rows of that day."""
    outcome = Outcome([], [])
    passed_over = [line for line, _reason in group.unreadable]
    for place, row in enumerate(group.rows, start=1):
        count = place + bisect(passed_over, row.line)
        reason = _not_sold(row)
        if reason is not None:
            outcome.rejects.append(([row.line], reason))
            continue
        made = _one_sale([row], [row], [], terms, f"{row.key}-{count}")
        outcome.drafts.extend(made.drafts)
        outcome.rejects.extend(made.rejects)
    return outcome


def _strays(kept: Sequence[SourceRow], used: Sequence[SourceRow], reason: str) -> list[tuple[list[int], str]]:
    if len(used) == len(kept):
        return []
    lines = {row.line for row in used}
    return [([row.line], reason) for row in kept if row.line not in lines]


def _not_sold(row: SourceRow) -> str | None:
    """Why a row cannot be a line of a sale, None where it can."""
    if row.quantity is not None and row.quantity < 0:
        return "quantity is negative: only the preset online-retail reads refunds"
    if row.quantity == 0:
        return "quantity is 0"
    if row.unit_price is not None and row.unit_price < 0:
        return "unit price is negative"
    return "amount is negative" if row.amount is not None and row.amount < 0 else None


SALE_WIDE = ("customer", "status", "channel", "storefront", "payment_method")
sale_wide = itemgetter(*map(SourceRow._fields.index, SALE_WIDE))


def _agreeing(rows: Sequence[SourceRow]) -> tuple[list[SourceRow], list[tuple[list[int], str]]]:
    """The rows without those that contradict an earlier one in what belongs to the whole sale."""
    head = sale_wide(rows[0])
    if all(sale_wide(row) == head for row in rows):
        return list(rows), []
    kept: list[SourceRow] = []
    rejects: list[tuple[list[int], str]] = []
    said: dict[str, Any] = {}
    for row in rows:
        values = {name: value for name in SALE_WIDE if (value := getattr(row, name)) is not None}
        other = next((name for name, value in values.items() if said.get(name, value) != value), None)
        if other is None:
            said.update(values)
            kept.append(row)
        else:
            what = f"{other.replace('_', ' ')} {values[other]} where an earlier row of {row.key} has {said[other]}"
            rejects.append(([row.line], what))
    return kept, rejects


def _one_sale(
    sold: Sequence[SourceRow],
    rows: Sequence[SourceRow],
    rejects: list[tuple[list[int], str]],
    terms: SaleTerms,
    number: str | None = None,
) -> Outcome:
    if not sold:
        return Outcome([], rejects)
    try:
        return Outcome([_sale(sold, rows, terms, number or sold[0].key)], rejects)
    except Unsellable as problem:
        return Outcome([], [*rejects, (lines_of(sold), str(problem))])


def _sale(sold: Sequence[SourceRow], rows: Sequence[SourceRow], terms: SaleTerms, number: str) -> SaleDraft:
    items = [
        item_of(
            position,
            row,
            terms.exponent,
            product=row.product or row.sku or terms.mapping.product,
            is_product=row.sku is None or row.sku.upper() not in NON_PRODUCTS,
        )
        for position, row in enumerate(sold, start=1)
    ]
    draft = SaleDraft(
        number=checked_number(number, "sale"),
        lines=lines_of(sold),
        moment=earliest(rows),
        customer=given(rows, "customer"),
        profile=profile_of(sold),
        source=terms.mapping.source,
        items=items,
        channel=terms.mapping.channel,
        storefront=terms.mapping.habits.storefront,
        subtotal=sum(item.total for item in items),
    )
    check_amounts(draft)
    add_profit(draft)
    return draft


def _one_refund(
    kept: Sequence[SourceRow], rows: Sequence[SourceRow], rejects: list[tuple[list[int], str]], terms: SaleTerms
) -> Outcome:
    number = rows[0].key
    back = [row for row in kept if (row.quantity or 0) < 0 and (row.unit_price or 0) > 0]
    if not back:
        reason = f"cancellation {number} has no row with a negative quantity and a price above 0"
        return Outcome([], [*rejects, (lines_of(kept), reason)])
    amount = sum(line_total(-(r.quantity or 0), r.unit_price or 0, terms.exponent) for r in back)
    if not 0 < amount <= BIGGEST:
        return Outcome([], [*rejects, (lines_of(kept), f"cancellation {number} comes to nothing or is too large")])
    rejects += _strays(
        kept, back, f"stray row of cancellation {number}: its rows have a negative quantity and a price above 0"
    )
    draft = RefundDraft(
        number=number,
        lines=lines_of(back),
        moment=earliest(rows),
        customer=given(rows, "customer"),
        profile=profile_of(back),
        source=terms.mapping.source,
        amount=amount,
    )
    return Outcome([draft], rejects)
