"""The rules by which the rows of one number become sales and refunds, and which rows are rejects."""

from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from ingest.mapping import Mapping, Rules
from ingest.rows import Group, SourceRow
from ingest.values import BIGGEST, Moment
from rules.currency import MILLION, half_even
from rules.selling import (
    PaymentMethod,
    SaleChannel,
    SaleStatus,
    day_counted_from,
    due,
    earned_by,
    line_profit,
    line_total,
    settles,
)

# Codes of Online Retail that are no goods: postage, discounts, manual entries, fees, samples, donations.
NON_PRODUCTS = {"POST", "DOT", "C2", "D", "M", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS"}


class Item(NamedTuple):
    """One line of a sale as its table wants it: quantity, price and cost in millionths, money in minor units."""

    position: int
    product: str
    sku: str | None
    category: str | None
    quantity: int
    unit_price: int
    unit_cost: int | None
    total: int
    profit: int | None
    is_product: bool


@dataclass(slots=True)
class Draft:
    """What a sale and a refund have in common before they are written."""

    number: str
    lines: list[int]  # of the file, every row that this was made of
    moment: Moment
    customer: str | None
    profile: tuple[Any, ...]
    digest: str = ""


@dataclass(slots=True)
class SaleDraft(Draft):
    """A sale before it has ids."""

    items: list[Item] = field(default_factory=list[Item])
    status: SaleStatus = SaleStatus.COMPLETED
    channel: SaleChannel = SaleChannel.STORE
    storefront: str | None = None
    subtotal: int = 0
    discount: int = 0
    tax: int = 0
    profit: int | None = None
    costed: int = 0
    method: PaymentMethod | None = None
    payment: int = 0  # 0: there is none

    @property
    def total(self) -> int:
        """What is revenue."""
        return self.subtotal - self.discount

    @property
    def counted_from(self) -> int | None:
        """The day from which the sale counts, None where it does not."""
        return day_counted_from(self.status, self.moment.business_day)

    @property
    def paid(self) -> int:
        """What settles it."""
        return self.payment if self.method is not None and settles(self.method) else 0


@dataclass(slots=True)
class RefundDraft(Draft):
    """A refund of no known sale, before it has an id."""

    amount: int = 0


class Outcome(NamedTuple):
    """What became of the rows of one number; each row is in one draft or in one reject."""

    drafts: list[SaleDraft | RefundDraft]
    rejects: list[tuple[list[int], str]]


class Unsellable(ValueError):
    """Rows that together make no sale; the message says why, and `line` which one it is where it is one."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


class SaleTerms(NamedTuple):
    """What the rules need besides the rows."""

    mapping: Mapping
    exponent: int  # the decimals of the currency


Rule = Callable[[Group, SaleTerms], Outcome]


def outcome_of(group: Group, terms: SaleTerms) -> Outcome:
    """The sales and refunds of the rows of one number, and the rejects among all of its rows."""
    outcome = RULES[terms.mapping.rules](group, terms) if group.rows else Outcome([], [])
    outcome.rejects.extend(([line], reason) for line, reason in group.unreadable)
    for draft in outcome.drafts:
        draft.digest = _digest(draft)
    return outcome


def _digest(draft: SaleDraft | RefundDraft) -> str:
    """Of everything that would be written, so that it changes exactly when a row changes what was made of it."""
    content: list[Any] = [draft.number, draft.moment, draft.customer, draft.profile]
    if isinstance(draft, SaleDraft):
        content += [draft.items, draft.status, draft.channel, draft.storefront, draft.discount, draft.tax]
        content += [draft.method, draft.payment]
    else:
        content.append(draft.amount)
    return blake2b(orjson.dumps(content, default=tuple), digest_size=16).hexdigest()


# ---------------------------------------------------------------- the three layouts


def sales_of(group: Group, terms: SaleTerms) -> Outcome:
    """SALES: the rows are one sale, or all of them are rejects; a row that takes something back cannot be used."""
    rows = group.rows
    reasons = _reasons(group)
    if reasons:
        return Outcome([], _together(rows, reasons))
    try:
        return Outcome([_sale(rows, rows, terms, rows[0].sale)], [])
    except Unsellable as problem:
        own = _lines(rows) if problem.line is None else [problem.line]
        return Outcome([], _together(rows, dict.fromkeys(own, str(problem))))


def invoices_of(group: Group, terms: SaleTerms) -> Outcome:
    """INVOICES: a number that begins with A is rejected, with C a refund, any other sells."""
    rows = group.rows
    number = rows[0].sale
    if number.startswith("A"):
        return Outcome([], [(_lines(rows), f"invoice {number} is an adjustment, neither sale nor refund")])
    kept, rejects = _agreeing(rows)
    if number.startswith("C"):
        return _one_refund(kept, rows, rejects, terms.exponent)
    sold = [row for row in kept if (row.quantity or 0) > 0 and (row.unit_price or 0) >= 0]
    if not any(row.unit_price for row in sold):
        return Outcome(
            [], [*rejects, (_lines(kept), f"invoice {number} has no row with a quantity and a price above 0")]
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
        made = _one_sale([row], [row], [], terms, f"{row.sale}-{count}")
        outcome.drafts.extend(made.drafts)
        outcome.rejects.extend(made.rejects)
    return outcome


RULES: dict[Rules, Rule] = {
    Rules.SALES: sales_of,
    Rules.INVOICES: invoices_of,
    Rules.PURCHASES: purchases_of,
}


# ---------------------------------------------------------------- rows


def _lines(rows: Iterable[SourceRow]) -> list[int]:
    return [row.line for row in rows]


def _strays(kept: Sequence[SourceRow], used: Sequence[SourceRow], reason: str) -> list[tuple[list[int], str]]:
    if len(used) == len(kept):
        return []
    lines = {row.line for row in used}
    return [([row.line], reason) for row in kept if row.line not in lines]


def _reasons(group: Group) -> dict[int, str]:
    """Why rows cannot be part of a whole sale, by their lines."""
    reasons = dict(group.unreadable)
    first = group.rows[0]
    if first.occurred_at is None and first.line < min(reasons, default=first.line + 1):
        reasons[first.line] = "no date"
    _kept, contradicting = _agreeing(group.rows)
    for (line,), reason in contradicting:
        reasons.setdefault(line, reason)
    for row in group.rows:
        reason = _not_sold(row)
        if reason is not None:
            reasons.setdefault(row.line, reason)
    return reasons


def _together(rows: Sequence[SourceRow], reasons: dict[int, str]) -> list[tuple[list[int], str]]:
    """The rows as rejects: some for reasons of their own, the others because of the first of those."""
    first = min(reasons)
    own = [([row.line], reasons[row.line]) for row in rows if row.line in reasons]
    others = [row.line for row in rows if row.line not in reasons]
    return [*own, (others, f"with line {first}: {reasons[first]}")]


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
            what = f"{other.replace('_', ' ')} {values[other]} where an earlier row of {row.sale} has {said[other]}"
            rejects.append(([row.line], what))
    return kept, rejects


def _given(rows: Iterable[SourceRow], name: str) -> Any:
    """What the first row that says so gives for something of the whole sale."""
    return next((value for row in rows if (value := getattr(row, name)) is not None), None)


def _profile(rows: Sequence[SourceRow]) -> tuple[Any, ...]:
    """What the rows say of their customer, for each field the first that is given."""
    first = rows[0].profile
    if None not in first:
        return first
    return tuple(
        next((value for value in values if value is not None), None)
        for values in zip(*(r.profile for r in rows), strict=True)
    )


def _earliest(rows: Sequence[SourceRow]) -> Moment:
    given = (row.occurred_at for row in rows if row.occurred_at is not None)
    return min(given, key=lambda moment: moment.instant)


# ---------------------------------------------------------------- sales and refunds


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
        return Outcome([_sale(sold, rows, terms, number or sold[0].sale)], rejects)
    except Unsellable as problem:
        return Outcome([], [*rejects, (_lines(sold), str(problem))])


def _sale(sold: Sequence[SourceRow], rows: Sequence[SourceRow], terms: SaleTerms, number: str) -> SaleDraft:
    mapping, exponent = terms
    items = [_item(position, row, terms) for position, row in enumerate(sold, start=1)]
    if len(number) > 80:
        raise Unsellable("the number of the sale is longer than 80 characters")
    draft = SaleDraft(
        number=number,
        lines=_lines(sold),
        moment=_earliest(rows),
        customer=_given(rows, "customer"),
        profile=_profile(sold),
        items=items,
        channel=_given(sold, "channel") or mapping.channel,
        storefront=_given(sold, "storefront"),
        subtotal=sum(item.total for item in items),
        discount=_money(sold, "discount", exponent),
        tax=_money(sold, "tax", exponent),
    )
    _check_amounts(draft)
    _add_profit(draft)
    _add_payment(draft, sold, exponent, whole="paid" not in mapping.columns)
    return draft


def _item(position: int, row: SourceRow, terms: SaleTerms) -> Item:
    mapping, exponent = terms
    quantity = MILLION if row.quantity is None else row.quantity
    if row.amount is None:
        price = row.unit_price or 0
        total = line_total(quantity, price, exponent)
    else:
        total = half_even(row.amount * 10**exponent, MILLION)
        price = half_even(row.amount * MILLION, quantity) if row.unit_price is None else row.unit_price
    cost = row.unit_cost
    profit = None if cost is None else line_profit(total, quantity, cost, exponent)
    if total > BIGGEST or price > BIGGEST or (profit is not None and -profit > BIGGEST):
        raise Unsellable(f"the total of line {row.line} is too large", row.line)
    is_product = (
        row.sku is None or row.sku.upper() not in NON_PRODUCTS
        if mapping.rules is Rules.INVOICES
        else row.is_product is not False
    )
    product = row.product or row.sku or mapping.product
    return Item(position, product, row.sku, row.category, quantity, price, cost, total, profit, is_product)


def _money(rows: Iterable[SourceRow], name: str, exponent: int) -> int:
    """The sum of a field of the rows in minor units, each rounded half-even."""
    return sum(half_even(value * 10**exponent, MILLION) for row in rows if (value := getattr(row, name)))


def _check_amounts(draft: SaleDraft) -> None:
    if draft.discount > draft.subtotal:
        raise Unsellable("the discount is larger than the sale")
    if draft.subtotal + draft.tax > BIGGEST:
        raise Unsellable("the total of the sale is too large")


def _add_profit(draft: SaleDraft) -> None:
    earned = earned_by([(item.total, item.profit) for item in draft.items], draft.discount)
    if earned is None:
        return
    draft.profit, draft.costed = earned
    if abs(earned.profit) > BIGGEST:
        raise Unsellable("the cost of the sale is too large")


def _add_payment(draft: SaleDraft, rows: Sequence[SourceRow], exponent: int, *, whole: bool) -> None:
    draft.status = _given(rows, "status") or SaleStatus.COMPLETED
    draft.method = _given(rows, "payment_method")
    if draft.status is SaleStatus.REFUNDED:
        raise Unsellable("status REFUNDED is derived from refunds, which a map cannot give: COMPLETED would be right")
    if draft.method is None:
        return
    owed = due(draft.total, draft.tax)
    if whole:
        draft.payment = owed if draft.status is SaleStatus.COMPLETED else 0
    else:
        draft.payment = _money(rows, "paid", exponent)
    if draft.payment > owed:
        raise Unsellable("more is paid than the total and tax of the sale")
    if draft.payment > draft.paid and draft.status is SaleStatus.COMPLETED:
        draft.status = SaleStatus.PARTIAL


def _one_refund(
    kept: Sequence[SourceRow], rows: Sequence[SourceRow], rejects: list[tuple[list[int], str]], exponent: int
) -> Outcome:
    number = rows[0].sale
    given = [row for row in kept if (row.quantity or 0) < 0 and (row.unit_price or 0) > 0]
    if not given:
        reason = f"cancellation {number} has no row with a negative quantity and a price above 0"
        return Outcome([], [*rejects, (_lines(kept), reason)])
    amount = sum(line_total(-(r.quantity or 0), r.unit_price or 0, exponent) for r in given)
    if not 0 < amount <= BIGGEST:
        return Outcome([], [*rejects, (_lines(kept), f"cancellation {number} comes to nothing or is too large")])
    rejects += _strays(
        kept, given, f"stray row of cancellation {number}: its rows have a negative quantity and a price above 0"
    )
    draft = RefundDraft(
        number, _lines(given), _earliest(rows), _given(rows, "customer"), _profile(given), amount=amount
    )
    return Outcome([draft], rejects)
