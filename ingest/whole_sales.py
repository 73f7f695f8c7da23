"""SALES: the rows of one number are a whole sale with what was given back of it, or all of them are rejects."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from ingest.amounts import (
    add_profit,
    check_amounts,
    extra_item,
    gross_of,
    item_of,
    minor,
    shares,
    summed,
    without,
)
from ingest.drafts import Draft, Drafted, Item, Outcome, Paid, RefundDraft, SaleDraft, Unsellable
from ingest.fields import ORDER
from ingest.mapping import NumberRestarts, RefundNumber, TaxStanding
from ingest.refunds_in_files import goods_and_tax, returned
from ingest.rows import Group, SourceRow
from ingest.sale_terms import SaleTerms, given, in_currency, lines_of, moment_of, profile_of
from ingest.values import Moment
from ingest.words import ANY_WORD, RowKind
from rules.currency import half_even
from rules.days import date_of
from rules.selling import PaymentMethod, SaleStatus, due

LONGEST_SALE = timedelta(hours=6)  # past midnight; rows of one number further apart are two sales
EXTRAS = {"shipping": "Shipping", "tip": "Tip", "fee": "Fee"}
SALE_WIDE = ("customer", "status", "channel", "currency")
LONGEST_NUMBER = 80
NOT_COUNTED = (SaleStatus.PENDING, SaleStatus.CANCELLED)


class Roles(NamedTuple):
    """The rows of one sale by what they are."""

    sold: list[SourceRow]
    discounts: list[SourceRow]  # a positive quantity at a negative price
    void: list[SourceRow]
    others: list[SourceRow]  # of the whole order, or of a payment
    returns: list[SourceRow]

    @property
    def of_sale(self) -> list[SourceRow]:
        """All but what was given back, in the order of the file."""
        return sorted((*self.sold, *self.discounts, *self.void, *self.others), key=lambda row: row.line)


def sales_of(group: Group, terms: SaleTerms) -> Outcome:
    """The sale of a number and its refunds, or several where storefronts or days say that they are different ones."""
    if group.unreadable:
        reasons = _reasons(_roles(group.rows), terms) | dict(group.unreadable)
        return Outcome([], _together(group.rows, reasons))
    outcome = Outcome([], [])
    neither = [row for row in group.rows if row.kind is RowKind.NEITHER]
    outcome.rejects.extend(([row.line], "the row is neither a sale nor a refund") for row in neither)
    rows = [row for row in group.rows if row.kind is not RowKind.NEITHER] if neither else group.rows
    for part in _parts(rows, terms):
        made = _whole(part, terms)
        outcome.drafts.extend(made.drafts)
        outcome.rejects.extend(made.rejects)
    return outcome


def _parts(rows: Sequence[SourceRow], terms: SaleTerms) -> Iterator[list[SourceRow]]:
    """The rows of each storefront, and where numbers begin anew each day of each day; a blank is as the row before."""
    daily = terms.mapping.habits.number_restarts is NumberRestarts.DAILY
    parts: dict[tuple[str | None, int | None], list[SourceRow]] = {}
    storefront, day = None, None
    for row in rows:
        storefront = row.storefront or storefront
        day = row.occurred_at.business_day if daily and row.occurred_at else day
        parts.setdefault((storefront, day), []).append(row)
    yield from parts.values()


def _whole(rows: Sequence[SourceRow], terms: SaleTerms) -> Outcome:
    try:
        rows = in_currency(rows, terms)
    except Unsellable as problem:
        return Outcome([], _together(rows, _own(rows, problem)))
    roles = _roles(rows)
    reasons = _reasons(roles, terms)
    if reasons:
        return Outcome([], _together(rows, reasons))
    try:
        return Outcome(_drafts(roles, terms), [])
    except Unsellable as problem:
        return Outcome([], _together(rows, _own(rows, problem)))


def _own(rows: Sequence[SourceRow], problem: Unsellable) -> dict[int, str]:
    lines = lines_of(rows) if problem.line is None else [problem.line]
    return dict.fromkeys(lines, str(problem))


def _together(rows: Sequence[SourceRow], reasons: dict[int, str]) -> list[tuple[list[int], str]]:
    """The rows as rejects: some for reasons of their own, the others because of the first of those."""
    first = min(reasons)
    own = [([row.line], reasons[row.line]) for row in rows if row.line in reasons]
    others = [row.line for row in rows if row.line not in reasons]
    return [*own, (others, f"with line {first}: {reasons[first]}")] if others else own


# ---------------------------------------------------------------- what each row is


def _roles(rows: Sequence[SourceRow]) -> Roles:
    roles = Roles([], [], [], [], [])
    for row in rows:
        _role(row, roles).append(row)
    return roles


def _role(row: SourceRow, roles: Roles) -> list[SourceRow]:
    if row.kind in (RowKind.ORDER, RowKind.PAYMENT) or _only_pays(row):
        return roles.others
    if row.kind is RowKind.REFUND or (row.quantity or 0) < 0:
        return roles.returns
    if row.is_void or (row.quantity == 0 and not row.amount):
        return roles.void
    return roles.discounts if _is_discount(row) else roles.sold


def _only_pays(row: SourceRow) -> bool:
    """Whether a row that is not said to be a payment has nothing but one."""
    return row.paid is not None and row.quantity is None and row.amount is None and row.unit_price is None


def _is_discount(row: SourceRow) -> bool:
    return row.quantity is not None and ((row.amount or 0) < 0 or (row.unit_price or 0) < 0)


def _reasons(roles: Roles, terms: SaleTerms) -> dict[int, str]:
    """Why rows cannot be part of a whole sale, by their lines."""
    reasons: dict[int, str] = {}
    whole = [*roles.of_sale, *roles.returns]
    first = min(whole, key=lambda row: row.line)
    if first.occurred_at is None:
        reasons[first.line] = "no date"
    reasons = _contradictions(roles.of_sale, terms) | _contradictions(roles.returns, terms, of_sale=False) | reasons
    for row in (*roles.sold, *roles.discounts, *roles.returns):
        reason = _not_usable(row, terms)
        if reason is not None:
            reasons.setdefault(row.line, reason)
    if not reasons and terms.mapping.habits.number_restarts is NumberRestarts.UNKNOWN:
        far = _far_apart(roles.of_sale)
        if far is not None:
            reasons[far[0]] = far[1]
    return reasons


def _not_usable(row: SourceRow, terms: SaleTerms) -> str | None:
    """Why a row cannot be a line of a sale or of a refund, None where it can."""
    columns = terms.mapping.columns
    if row.amount is None and row.unit_price is None:
        return f"no {' or '.join(name.replace('_', ' ') for name in ('unit_price', 'amount') if name in columns)}"
    if row.quantity is None and "quantity" in columns and not _needs_no_quantity(row, terms):
        return "no quantity"
    if row.quantity is None and row.kind is not RowKind.REFUND and ((row.amount or 0) < 0 or (row.unit_price or 0) < 0):
        return "the amount is negative: map quantity or kind to say whether it is a refund or a discount"
    if row.quantity == 0:
        return "quantity is 0"
    if row.kind is RowKind.REFUND and row.status in NOT_COUNTED:
        return f"a refund that is {row.status} takes nothing back"
    if _takes_back(row):
        return None
    return next((f"{name} is negative" for name in ("tax", "cost") if (getattr(row, name) or 0) < 0), None)


def _needs_no_quantity(row: SourceRow, terms: SaleTerms) -> bool:
    """Whether a row is one of something where it does not say how many: of a refund only the amount counts."""
    is_amount_of_refund = row.kind is RowKind.REFUND and row.amount is not None
    return is_amount_of_refund or "" in terms.mapping.words.get("quantity", {})


def _takes_back(row: SourceRow) -> bool:
    return row.kind is RowKind.REFUND or (row.quantity or 0) < 0 or _is_discount(row)


def _contradictions(rows: Sequence[SourceRow], terms: SaleTerms, *, of_sale: bool = True) -> dict[int, str]:
    """The rows that say otherwise than an earlier one of what belongs to the whole sale."""
    mapping = terms.mapping
    names = SALE_WIDE if _pays_by_row(rows, terms) else (*SALE_WIDE, "payment_method")
    reasons: dict[int, str] = {}
    said: dict[str, Any] = {}
    for row in rows:
        values = {name: getattr(row, name) for name in names}
        if of_sale:
            # Some systems write what is of the whole order in one row, and 0 in the others.
            values |= {name: value or None for name, value in zip(mapping.order, row.order, strict=True)}
            values |= {name: value or None for name, value in zip(mapping.paid_by, row.paid_by, strict=True)}
        values = {name: value for name, value in values.items() if value is not None}
        other = next((name for name, value in values.items() if said.get(name, value) != value), None)
        if other is None:
            said.update(values)
        else:
            reasons[row.line] = _contradiction(row, other, values[other], said[other])
    return reasons


def _contradiction(row: SourceRow, name: str, value: Any, earlier: Any) -> str:
    what = name.removeprefix(ORDER).replace("_", " ")
    if isinstance(value, int):
        return f"{what} is not what an earlier row of {row.key} has: is {name} of the row? line.{what}=… says so"
    return f"{what} {value} where an earlier row of {row.key} has {earlier}"


def _pays_by_row(rows: Sequence[SourceRow], terms: SaleTerms) -> bool:
    is_own_row = _has_payment_rows(terms) or any(row.kind is RowKind.PAYMENT for row in rows)
    return is_own_row or any(row.paid for row in rows)


def _has_payment_rows(terms: SaleTerms) -> bool:
    """Whether rows of the file are payments, so that other rows say nothing of them."""
    return RowKind.PAYMENT in terms.mapping.words.get("kind", {}).values()


def _far_apart(rows: Sequence[SourceRow]) -> tuple[int, str] | None:
    """The line and the reason where rows of one number are of days that no one sale has."""
    dated = [row for row in rows if row.occurred_at is not None]
    if len(dated) < 2:
        return None
    early, late = (find(dated, key=_instant) for find in (min, max))
    first, last = moment_of(early), moment_of(late)
    if first.business_day == last.business_day or last.instant - first.instant <= LONGEST_SALE:
        return None
    days = f"{date_of(first.business_day)} and {date_of(last.business_day)}"
    return late.line, (
        f"rows of {late.key} are of {days}: are they one sale? --number-restarts never says so, "
        "--number-restarts daily that numbers begin anew each day"
    )


def _instant(row: SourceRow) -> Any:
    return moment_of(row).instant


# ---------------------------------------------------------------- the sale and its refunds


def _drafts(roles: Roles, terms: SaleTerms) -> list[Drafted]:
    drafts: list[Drafted] = []
    rows = roles.of_sale
    if roles.returns and not (roles.sold or roles.void or roles.discounts):
        return list(_refunds(roles.returns, None, roles.others, terms))
    sale = _sale(roles, rows, terms) if rows else None
    if sale is not None:
        drafts.append(sale)
        if not roles.returns:
            drafts.extend(_paid_back(sale, rows, terms))
    drafts.extend(_refunds(roles.returns, sale, rows, terms))
    if sale is not None and sale.counted_from is not None:
        back = sum(draft.amount for draft in drafts if isinstance(draft, RefundDraft))
        if back > sale.total:
            raise Unsellable("more is given back than was sold")
    return drafts


def _sale(roles: Roles, rows: Sequence[SourceRow], terms: SaleTerms) -> SaleDraft:
    mapping, exponent = terms.mapping, terms.exponent
    sold = roles.sold or [row for row in roles.void if row.is_void]  # of which all was taken off is a cancelled one
    if not sold and roles.void:
        raise Unsellable("quantity is 0", roles.void[0].line)
    items = [
        item_of(position, row, exponent, product=_product(row, terms), is_product=row.is_product is not False)
        for position, row in enumerate(sold, start=1)
    ]
    within = abs(_of_order(rows, "shipping_within", terms))
    if within:
        items = _without_postage(items, within, exponent)
    for name, label in EXTRAS.items():
        amount = abs(summed(rows, name, exponent)) if name in SourceRow._fields else 0
        amount += abs(_of_order(rows, name, terms))
        if amount:
            called = mapping.words.get(name, {}).get(ANY_WORD, label)
            items.append(extra_item(len(items) + 1, called, amount, exponent))
    if not items:
        raise Unsellable("no row of the sale says what was sold")
    number = given(rows, "sale") or rows[0].key
    draft = SaleDraft(
        number=_numbered(number, moment_of(_first_dated(rows)), terms),
        lines=lines_of(rows),
        moment=min((row.occurred_at for row in rows if row.occurred_at), key=lambda moment: moment.instant),
        customer=given(rows, "customer"),
        profile=profile_of(rows),
        source=mapping.source,
        items=items,
        channel=given(rows, "channel") or mapping.channel,
        storefront=given(rows, "storefront") or mapping.habits.storefront,
        discount=sum(abs(minor(row.discount, exponent)) for row in roles.sold)
        + sum(abs(gross_of(row, exponent)) for row in roles.discounts)
        + abs(_of_order(rows, "discount", terms)),
    )
    draft.status = given(rows, "status") or SaleStatus.COMPLETED
    if not roles.sold and roles.void:
        draft.status = SaleStatus.CANCELLED
    if draft.status is SaleStatus.REFUNDED:
        raise Unsellable(
            "status REFUNDED is derived from refunds: map what was paid back as order.refund, and let the word mean "
            "COMPLETED"
        )
    _add_money(draft, [*roles.sold, *roles.discounts], sold, rows, terms)
    _add_payments(draft, rows, terms)
    return draft


def _without_postage(items: list[Item], postage: int, exponent: int) -> list[Item]:
    totals = [item.total for item in items]
    if postage > sum(totals):
        raise Unsellable("the postage is larger than what it is contained in")
    goods = without(items, shares(postage, totals), exponent)
    return [*goods, extra_item(len(items) + 1, EXTRAS["shipping"], postage, exponent)]


def _numbered(number: str, moment: Moment, terms: SaleTerms) -> str:
    if terms.mapping.habits.number_restarts is NumberRestarts.DAILY:
        number = f"{number}/{date_of(moment.business_day)}"
    if len(number) > LONGEST_NUMBER:
        raise Unsellable(f"the number of the sale is longer than {LONGEST_NUMBER} characters")
    return number


def _first_dated(rows: Sequence[SourceRow]) -> SourceRow:
    return next(row for row in rows if row.occurred_at is not None)


def _product(row: SourceRow, terms: SaleTerms) -> str:
    name = row.product or row.sku or terms.mapping.product
    return f"{name} - {row.variant}"[:300] if row.variant else name


def _of_order(rows: Sequence[SourceRow], name: str, terms: SaleTerms) -> int:
    """What the first row that gives more than 0 says of the whole sale, in minor units."""
    field = ORDER + name
    if field not in terms.mapping.order:
        return 0
    place = terms.mapping.order.index(field)
    return minor(next((row.order[place] for row in rows if row.order[place]), None), terms.exponent)


def _add_money(
    draft: SaleDraft, taxed: Sequence[SourceRow], sold: Sequence[SourceRow], rows: Sequence[SourceRow], terms: SaleTerms
) -> None:
    """Subtotal, tax and profit, with the tax taken off lines that contain it."""
    own = [minor(row.tax, terms.exponent) for row in sold] + [0] * (len(draft.items) - len(sold))
    of_discounts = sum(minor(row.tax, terms.exponent) for row in taxed if row not in sold)
    of_order = _of_order(rows, "tax", terms)
    draft.tax = sum(own) + of_discounts + of_order
    if draft.tax < 0:
        raise Unsellable("the tax of the sale is negative")
    draft.subtotal = sum(item.total for item in draft.items)
    if _contains_tax(draft, rows, terms):
        spread = shares(of_order + of_discounts, [item.total for item in draft.items])
        taxes = [mine + part for mine, part in zip(own, spread, strict=True)]
        draft.items = without(draft.items, taxes, terms.exponent)
        draft.subtotal = sum(item.total for item in draft.items)
        if any(item.total < 0 for item in draft.items):
            raise Unsellable("the tax is larger than what it is contained in")
    if _tells(rows, "grand_total", terms):
        rest = _of_order(rows, "grand_total", terms) - draft.total - draft.tax
        draft.tax += max(rest, 0)
        draft.discount += max(-rest, 0)
    check_amounts(draft)
    add_profit(draft)


def _contains_tax(draft: SaleDraft, rows: Sequence[SourceRow], terms: SaleTerms) -> bool:
    """Whether the lines contain the tax. What the sale comes to by the file tells, or has to agree."""
    standing = terms.mapping.habits.tax
    told = _of_order(rows, "total", terms)
    if not _tells(rows, "total", terms):
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


def _tells(rows: Sequence[SourceRow], name: str, terms: SaleTerms) -> bool:
    """Whether a row says something of the whole sale, be it 0."""
    if ORDER + name not in terms.mapping.order:
        return False
    place = terms.mapping.order.index(ORDER + name)
    return any(row.order[place] is not None for row in rows)


# ---------------------------------------------------------------- payments


def _add_payments(draft: SaleDraft, rows: Sequence[SourceRow], terms: SaleTerms) -> None:
    draft.payments = [paid for paid in _payments(draft, rows, terms) if paid.amount > 0]
    owed = due(draft.total, draft.tax)
    given_in_all = sum(paid.amount for paid in draft.payments)
    if given_in_all > owed:
        raise Unsellable("more is paid than the total and tax of the sale")
    if given_in_all > draft.paid and draft.status is SaleStatus.COMPLETED:
        draft.status = SaleStatus.PARTIAL


def _payments(draft: SaleDraft, rows: Sequence[SourceRow], terms: SaleTerms) -> list[Paid]:
    mapping, exponent = terms.mapping, terms.exponent
    by_column = [
        Paid(PaymentMethod(name.partition(".")[2]), minor(amount, exponent))
        for place, name in enumerate(mapping.paid_by)
        if (amount := next((row.paid_by[place] for row in rows if row.paid_by[place]), None))
    ]
    if by_column:
        return by_column
    by_row = [row for row in rows if row.kind is RowKind.PAYMENT] or (rows if mapping.gives("paid") else [])
    if by_row:
        amounts: dict[PaymentMethod, int] = {}
        before = given(rows, "payment_method")
        for row in by_row:
            before = row.payment_method or before
            paid = row.paid if row.kind is not RowKind.PAYMENT or row.paid is not None else row.amount
            if paid and before is None:
                raise Unsellable(f"line {row.line} is paid by no method", row.line)
            if paid and before is not None:
                amounts[before] = amounts.get(before, 0) + minor(paid, exponent)
        return _kept(amounts)
    if _has_payment_rows(terms):
        return []
    method = given(rows, "payment_method")
    if method is None:
        return []
    if ORDER + "paid" in mapping.order:
        return [Paid(method, _of_order(rows, "paid", terms))]
    return [Paid(method, due(draft.total, draft.tax))] if draft.status is SaleStatus.COMPLETED else []


def _kept(amounts: dict[PaymentMethod, int]) -> list[Paid]:
    """Payments less what was handed back of them, as change or by rounding, the last first."""
    back = -sum(amount for amount in amounts.values() if amount < 0)
    kept: list[Paid] = []
    for method, amount in reversed(amounts.items()):
        if amount > 0:
            kept.append(Paid(method, max(amount - back, 0)))
            back = max(back - amount, 0)
    return kept[::-1]


# ---------------------------------------------------------------- refunds


def _paid_back(sale: SaleDraft, rows: Sequence[SourceRow], terms: SaleTerms) -> list[RefundDraft]:
    """What the file says was paid back of the whole sale or of its lines, on the day of the sale."""
    back = abs(_of_order(rows, "refund", terms)) + sum(abs(minor(row.refund, terms.exponent)) for row in rows)
    if not back or sale.counted_from is None:
        return []
    owed, charged = due(sale.total, sale.tax), _of_order(rows, "charged", terms)
    if charged:
        back = half_even(back * owed, charged)
    if back > owed:
        raise Unsellable("more is paid back than the total and tax of the sale")
    sale.paid_back = back
    amount, tax = goods_and_tax(back, total=sale.total, tax=sale.tax)
    return [_refund(sale.number, sale.number, [], sale.moment, sale, terms, (amount, tax))] if amount else []


def _refunds(
    returns: Sequence[SourceRow], sale: SaleDraft | None, rows: Sequence[SourceRow], terms: SaleTerms
) -> Iterator[RefundDraft]:
    """What was given back: a refund for each number and each day."""
    if not returns:
        return
    first = moment_of(_first_dated([*rows, *returns]))
    days: dict[str, dict[int, list[SourceRow]]] = {}
    moments: dict[int, Moment] = {}
    number_before = None
    for row in returns:
        moment = row.occurred_at or first
        first = moment
        moments.setdefault(moment.business_day, moment)
        number_before = row.sale or number_before or row.key
        days.setdefault(number_before, {}).setdefault(moment.business_day, []).append(row)
    for own, by_day in days.items():
        for day, back in by_day.items():
            named = sale or _nobody([*rows, *back], moments[day], terms)
            number = _refund_number(own, day, min(by_day), terms)
            beside = [] if sale else list(rows)
            is_of_sale = (
                sale is not None and own == back[0].key
            )  # else what is said of the whole order is of its refund
            money = returned(back, [] if is_of_sale else [*beside, *back], terms, sale=sale)
            if money.amount <= 0:
                raise Unsellable("what is given back comes to nothing", back[0].line)
            target = sale.number if sale else _numbered(back[0].key, moments[day], terms)
            yield _refund(number, target, [*beside, *back], moments[day], named, terms, money)
            rows = rows if sale else ()


def _nobody(rows: Sequence[SourceRow], moment: Moment, terms: SaleTerms) -> Draft:
    storefront = given(rows, "storefront") or terms.mapping.habits.storefront
    return Draft("", [], moment, given(rows, "customer"), profile_of(rows), storefront=storefront)


def _refund_number(own: str, day: int, first: int, terms: SaleTerms) -> str:
    restarts = terms.mapping.habits.number_restarts is NumberRestarts.DAILY
    of_day = terms.mapping.habits.refund_number is RefundNumber.SALE_AND_DAY
    number = f"{own}/{date_of(day)}" if restarts or of_day or day != first else own
    if len(number) > LONGEST_NUMBER:
        raise Unsellable(f"the number of the refund is longer than {LONGEST_NUMBER} characters")
    return number


def _refund(  # noqa: PLR0913  a refund is made of these
    number: str,
    sale_number: str,
    back: Sequence[SourceRow],
    moment: Moment,
    of: Draft,
    terms: SaleTerms,
    money: tuple[int, int],
) -> RefundDraft:
    customer = of.customer or given(back, "customer")
    return RefundDraft(
        number=number,
        lines=lines_of(back),
        moment=moment,
        customer=customer,
        profile=profile_of(back) if back else of.profile,
        source=terms.mapping.source,
        storefront=of.storefront,
        amount=money[0],
        tax=money[1],
        sale_number=sale_number,
    )
