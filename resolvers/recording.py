"""Sales recorded as they happen, by tills and web shops."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Self

from models.recording import last_number, number_begun, number_taken, sale_numbered, storefront_there
from models.sales import LONGEST_NOTE, payment, sale, sale_item
from resolvers.credit import refuse_beyond_limit
from resolvers.happening import Happening, happening, refuse_late
from resolvers.identities import customer_named
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write, small
from resolvers.profiles import join_by_sales
from resolvers.sale_campaigns import tell_campaign
from resolvers.sale_statuses import SalePayload, change, tell_of_sale
from rules.amounts import check_money, minor_units
from rules.currency import major
from rules.days import date_of
from rules.problems import Problems, check_moment, optional_text
from rules.recording import (
    PaymentSaid,
    PricedLine,
    RedeemSaid,
    SaleFigures,
    SaleLine,
    checked_lines,
    checked_payments,
    checked_redeem,
    checked_sale_status,
    made_number,
    sale_figures,
)
from rules.refusals import (
    Duplicate,
    InputProblemCode,
    NotAllowed,
    NotAllowedReason,
    NotFound,
    TooMuchPaid,
)
from rules.selling import COUNTED, SaleChannel, SaleStatus, day_counted_from, settles, status_by_rest

LONGEST_NUMBER, LONGEST_CAMPAIGN = 80, 120
ITEM_COLUMNS = (
    "business_id", "sale_id", "position", "product", "sku", "brand", "category", "quantity", "unit_price", "unit_cost",
    "discount", "total", "profit", "is_product", "earns_points", "refunded_quantity",
)  # fmt: skip
PAYMENT_COLUMNS = (
    "business_id", "sale_id", "customer_id", "method", "amount", "reference", "paid_at", "business_day", "revision",
)  # fmt: skip
CHANGE_COLUMNS = ("business_id", "sale_id", "status", "changed_at", "business_day", "actor", "revision")


@dataclass(frozen=True)
class RecordSale:
    """A sale to record; `place` is where it is among several."""

    items: tuple[SaleLine, ...]
    number: str | None = None
    customer_id: int | None = None
    storefront_id: int | None = None
    channel: SaleChannel = SaleChannel.STORE
    occurred_at: datetime | None = None
    status: SaleStatus = SaleStatus.COMPLETED
    discount: Decimal | None = None
    tax: Decimal | None = None
    payments: tuple[PaymentSaid, ...] = ()
    redeem: tuple[RedeemSaid, ...] = ()
    campaign: str | None = None
    note: str | None = None
    place: int | None = field(default=None, compare=False)

    @property
    def path(self) -> tuple[str, ...]:
        """Where it is in the arguments."""
        return ("input",) if self.place is None else ("inputs", str(self.place))

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under(*self.path)
        checked_sale_status(inside, self.status, payments=bool(self.payments), redeem=bool(self.redeem))
        check_moment(inside, "occurredAt", self.occurred_at)
        check_money(inside, "discount", self.discount)
        check_money(inside, "tax", self.tax)
        return replace(
            self,
            number=optional_text(inside, "number", self.number, longest=LONGEST_NUMBER),
            items=checked_lines(inside, self.items),
            payments=checked_payments(inside, self.payments),
            redeem=checked_redeem(inside, self.redeem),
            campaign=optional_text(inside, "campaign", self.campaign, longest=LONGEST_CAMPAIGN),
            note=optional_text(inside, "note", self.note, longest=LONGEST_NOTE),
        )


class CheckedSale(NamedTuple):
    """A sale that nothing refuses: when it was, what it comes to, what was paid, and what it is then."""

    when: Happening
    figures: SaleFigures
    payments: tuple[int, ...]
    paid: int
    status: SaleStatus


class RecordedSale(NamedTuple):
    """A sale as it was just written, as far as something follows from it."""

    id: int
    customer_id: int | None
    total: int
    channel: SaleChannel
    campaign: str | None
    occurred_at: datetime
    business_day: int


@small
async def record_sale(write: Write, asked: RecordSale) -> SalePayload:
    """Record a sale with its lines and payments."""
    buyer = await _buyer(write, asked)
    refuse_late(write, asked.occurred_at)
    if asked.redeem:
        message = "There is no active loyalty program: leave `redeem` out."
        raise NotAllowed(message, NotAllowedReason.PROGRAM_OFF)
    await _refuse_taken_number(write, asked.number)
    checked = await _checked_money(write, asked)
    sale_id = await _insert_sale(write, asked, checked)
    await _insert_parts(write, asked, checked, sale_id)
    await _follow(write, asked, checked, sale_id, buyer)
    return SalePayload(sale_id, asked.customer_id)


# ---------------------------------------------------------------- what refuses it


async def _buyer(write: Write, asked: RecordSale) -> Any:
    """The stored row of who bought, None for nobody known; NotFound for that and for the storefront."""
    if asked.storefront_id is not None:
        missing = NotFound("There is no such storefront.", (*asked.path, "storefront"))
        await write.one(storefront_there(), missing, id=asked.storefront_id)
    if asked.customer_id is None:
        return None
    return await customer_named(write, asked.customer_id, (*asked.path, "customer"))


async def _refuse_taken_number(write: Write, number: str | None) -> None:
    if number is None:
        return
    for row in await write.rows(sale_numbered(), number=number):
        raise Duplicate("number", number, global_id("Sale", row.id))


async def _checked_money(write: Write, asked: RecordSale) -> CheckedSale:
    """When it was and what it comes to; TooMuchPaid, CreditLimitExceeded, or what only the store tells of the input."""
    problems = Problems(asked.path)
    figures = sale_figures(problems, asked.items, discount=asked.discount, tax=asked.tax, exponent=write.exponent)
    payments = _minor_payments(problems, asked.payments, write.exponent)
    problems.raise_if_any()
    if sum(payments) > figures.due:
        raise TooMuchPaid(major(figures.due, write.exponent))
    paid = sum(amount for said, amount in zip(asked.payments, payments, strict=True) if settles(said.method))
    is_pending = asked.status is SaleStatus.PENDING
    status = asked.status if is_pending else status_by_rest(figures.due - paid)
    await _refuse_rest(write, problems, asked, 0 if is_pending else figures.due - paid)
    when = happening(problems, "occurredAt", write, asked.occurred_at)
    problems.raise_if_any()
    return CheckedSale(when, figures, payments, paid, status)


def _minor_payments(problems: Problems, payments: Sequence[PaymentSaid], exponent: int) -> tuple[int, ...]:
    return tuple(
        minor_units(problems.under("payments", place), "amount", said.amount, exponent)
        for place, said in enumerate(payments)
    )


async def _refuse_rest(write: Write, problems: Problems, asked: RecordSale, rest: int) -> None:
    if rest and asked.customer_id is None:
        message = "Say who owes the rest, or take payments for all that is due."
        problems.add("customer", InputProblemCode.REQUIRED, message)
    elif rest and asked.customer_id is not None:
        await refuse_beyond_limit(write, asked.customer_id, rest)


# ---------------------------------------------------------------- what it writes


async def _insert_sale(write: Write, asked: RecordSale, checked: CheckedSale) -> int:
    figures, when = checked.figures, checked.when
    return await write.insert(
        sale,
        customer_id=asked.customer_id,
        storefront_id=asked.storefront_id,
        number=asked.number or await _free_number(write, when.day),
        status=checked.status,
        channel=asked.channel,
        **when.columns,
        counted_from=day_counted_from(checked.status, when.day),
        subtotal=figures.subtotal,
        discount=figures.discount,
        tax=figures.tax,
        total=figures.total,
        profit=figures.profit,
        costed=figures.costed,
        paid=checked.paid,
        refunded=0,
        campaign=asked.campaign,
        note=asked.note,
        recorded_at=write.now,
    )


async def _free_number(write: Write, day: int) -> str:
    """The next number of a day that no sale has."""
    found = await write.rows(last_number(), day=day)
    place = found[0].last + 1 if found else 1
    while await write.rows(sale_numbered(), number=made_number(date_of(day), place)):
        place += 1
    counted = {"business": write.business_id, "day": day, "new_last": place}
    begun = {"business_id": write.business_id, "business_day": day, "last": place}
    await (write.run(number_taken(), [counted]) if found else write.run(number_begun(), [begun]))
    return made_number(date_of(day), place)


async def _insert_parts(write: Write, asked: RecordSale, checked: CheckedSale, sale_id: int) -> None:
    """Its lines, payments and status, which stand in the audit by the sale."""
    when, mine = checked.when, (write.business_id, sale_id)
    lines = zip(asked.items, checked.figures.lines, strict=True)
    items = [_item(mine, place, said, priced) for place, (said, priced) in enumerate(lines, start=1)]
    await write.insert_many(sale_item, ITEM_COLUMNS, items)
    payments = [
        (*mine, asked.customer_id, said.method, amount, said.reference, when.at, when.day, write.revision)
        for said, amount in zip(asked.payments, checked.payments, strict=True)
    ]
    await write.insert_many(payment, PAYMENT_COLUMNS, payments)
    status = (*mine, checked.status, when.at, when.day, write.actor.name, write.revision)
    await write.insert_many(change, CHANGE_COLUMNS, [status])


def _item(mine: tuple[int, int], place: int, said: SaleLine, priced: PricedLine) -> tuple[Any, ...]:
    words = (said.product, said.sku, said.brand, said.category)
    money = (priced.quantity, priced.unit_price, priced.unit_cost, priced.discount, priced.total, priced.profit)
    return (*mine, place, *words, *money, said.is_product, said.earns_points, 0)


async def _follow(write: Write, asked: RecordSale, checked: CheckedSale, sale_id: int, buyer: Any) -> None:
    """What follows from a sale: the day of joining, the campaign's contact, and its events."""
    counts, when = checked.status in COUNTED, checked.when
    row = RecordedSale(
        sale_id, asked.customer_id, checked.figures.total, asked.channel, asked.campaign, when.at, when.day
    )
    if buyer is not None and counts:
        if not buyer.joined_given and buyer.joined_day != when.day:
            await join_by_sales(write, [buyer.id])
        await tell_campaign(write, row)
    tell_of_sale(write, "sale.recorded", row, status=checked.status)
    if checked.status is SaleStatus.COMPLETED:
        tell_of_sale(write, "sale.completed", row, status=checked.status)
