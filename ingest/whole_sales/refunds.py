"""What was given back of a sale, by rows or by amounts, and on which day."""

from collections.abc import Iterator, Sequence

from ingest.amounts import gross_of, minor
from ingest.drafts import Draft, RefundDraft, SaleDraft, Unsellable, checked_number
from ingest.mapping import NumberRestarts, RefundNumber, TaxStanding
from ingest.rows import SourceRow
from ingest.sale_terms import SaleTerms, first_dated, given, lines_of, moment_of, numbered, profile_of
from ingest.values import BIGGEST, Moment
from ingest.whole_sales.order_money import of_order
from rules.currency import half_even
from rules.days import date_of
from rules.selling import GivenBack, due, goods_and_tax

ADDED = ("shipping", "tip", "fee")


def refunds_of(
    returns: Sequence[SourceRow], sale: SaleDraft | None, rows: Sequence[SourceRow], terms: SaleTerms
) -> Iterator[RefundDraft]:
    """What was given back: a refund for each number and each day."""
    if not returns:
        return
    first = moment_of(first_dated([*rows, *returns]))
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
            if money.amount + money.tax > BIGGEST:
                raise Unsellable("what is given back is too large", back[0].line)
            target = sale.number if sale else numbered(back[0].key, moments[day], terms)
            yield _refund(number, target, [*beside, *back], moments[day], named, terms, money)
            rows = rows if sale else ()


def _nobody(rows: Sequence[SourceRow], moment: Moment, terms: SaleTerms) -> Draft:
    storefront = given(rows, "storefront") or terms.mapping.habits.storefront
    return Draft("", [], moment, given(rows, "customer"), profile_of(rows), storefront=storefront)


def _refund_number(own: str, day: int, first: int, terms: SaleTerms) -> str:
    restarts = terms.mapping.habits.number_restarts is NumberRestarts.DAILY
    of_day = terms.mapping.habits.refund_number is RefundNumber.SALE_AND_DAY
    number = f"{own}/{date_of(day)}" if restarts or of_day or day != first else own
    return checked_number(number, "refund")


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


def paid_back(sale: SaleDraft, rows: Sequence[SourceRow], terms: SaleTerms) -> list[RefundDraft]:
    """What the file says was paid back of the whole sale or of its lines, on the day of the sale."""
    kept = [row for row in rows if not row.is_void]
    back = abs(of_order(rows, "refund", terms)) + sum(abs(minor(row.refund, terms.exponent)) for row in kept)
    if not back or sale.counted_from is None:
        return []
    owed, charged = due(sale.total, sale.tax), of_order(rows, "charged", terms)
    if charged:
        back = half_even(back * owed, charged)
    if back > owed:
        raise Unsellable("more is paid back than the total and tax of the sale")
    sale.paid_back = back
    amount, tax = goods_and_tax(back, total=sale.total, tax=sale.tax)
    return [_refund(sale.number, sale.number, [], sale.moment, sale, terms, (amount, tax))] if amount else []


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
        amount += sum(abs(of_order(alone, name, terms)) for name in ADDED) - abs(of_order(alone, "discount", terms))
        tax += abs(of_order(alone, "tax", terms))
    if terms.mapping.habits.tax is TaxStanding.WITHIN:
        if sale and all(row.tax is None for row in rows):
            return goods_and_tax(amount, total=sale.total, tax=sale.tax)
        amount -= tax
    return GivenBack(amount, tax)
