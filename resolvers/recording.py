"""Sales recorded as they happen, by tills and web shops."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from models.recording import number_taken, sale_numbered, storefront_there
from models.rows_in_bulk import NewRows
from models.sales import change, payment, sale, sale_item
from resolvers.happening import refuse_late
from resolvers.identities import customer_named
from resolvers.loyalty.redeeming import (
    Redeeming,
    read_redeem,
    refuse_member,
    refuse_strange_codes,
    spend_points,
    use_code,
)
from resolvers.loyalty.sale_points import (
    BuyingMember,
    SaleEarning,
    SaleMoment,
    SalePoints,
    SoldLine,
    buying_member,
    completed,
    earning_lines,
    entered,
    joined_by_sale,
    opened_buyer,
)
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write, small
from resolvers.profiles import join_by_sales
from resolvers.sale_campaigns import tell_campaign
from resolvers.sale_checking import CheckedSale, RecordSale, checked_sale
from resolvers.sale_statuses import SalePayload, tell_of_sale
from rules.days import date_of
from rules.loyalty.earning import EarnedPoints, EarningSale
from rules.problems import Problems
from rules.recording import PricedLine, SaleLine, made_number
from rules.refusals import Duplicate, InputProblemCode, NotFound
from rules.selling import COUNTED, SaleChannel, SaleStatus, day_counted_from

ITEM_COLUMNS = (
    "business_id", "sale_id", "position", "product", "sku", "brand", "category", "quantity", "unit_price", "unit_cost",
    "discount", "total", "profit", "is_product", "earns_points", "refunded_quantity",
)  # fmt: skip
PAYMENT_COLUMNS = (
    "business_id", "sale_id", "customer_id", "method", "amount", "reference", "redemption_id", "paid_at",
    "business_day", "revision",
)  # fmt: skip
CHANGE_COLUMNS = ("business_id", "sale_id", "status", "changed_at", "business_day", "actor", "revision")


class SaleDone(NamedTuple):
    """A sale that was recorded, and what became of its customer's points: None where the program has no part in it."""

    sale_id: int
    customer_id: int | None
    checked: CheckedSale
    earned: EarnedPoints | None = None
    points: SalePoints | None = None


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
    done = await recorded(write, asked)
    return SalePayload(done.sale_id, done.customer_id, 0 if done.points is None else done.points.changed)


async def recorded(write: Write, asked: RecordSale, *, is_settled: bool = False) -> SaleDone:
    """Record a sale; with `is_settled` as if the rest were paid in money."""
    redeeming = await read_redeem(write, asked.redeem, asked.path)
    asked = replace(asked, customer_id=asked.customer_id or redeeming.customer_id)
    buyer = await _buyer(write, asked)
    refuse_late(write, asked.occurred_at)
    refuse_strange_codes(redeeming, asked.customer_id, asked.path)
    member = await _member(write, asked, redeeming)
    await _refuse_taken_number(write, asked.number)
    checked = await checked_sale(write, asked, redeeming, member, is_settled=is_settled)
    points = await _open_points(write, checked, redeeming, member)
    earned, of_sale = None, dict[str, int]()
    if points is not None:  # its entries name the sale
        (of_sale["id"],) = await write.take_ids(sale, 1)
        if redeeming.points:
            spend_points(points, redeeming.points, of_sale["id"])
        earned = await _earned(write, asked, checked, of_sale["id"], points)
        of_sale["points_earned"] = earned.points if earned else 0
    sale_id = await _insert_sale(write, asked, checked, redeeming, **of_sale)
    await _insert_parts(write, asked, checked, sale_id)
    await entered(write, points)
    for code in redeeming.codes:
        await use_code(write, code.redemption, sale_id=sale_id, storefront_id=asked.storefront_id)
    await _follow(write, asked, checked, sale_id, buyer)
    return SaleDone(sale_id, asked.customer_id, checked, earned, points)


# ---------------------------------------------------------------- what refuses it


async def _buyer(write: Write, asked: RecordSale) -> Any:
    """The stored row of who bought, None for nobody known; NotFound for that and for the storefront."""
    if asked.storefront_id is not None:
        missing = NotFound("There is no such storefront.", (*asked.path, "storefront"))
        await write.one(storefront_there(), missing, id=asked.storefront_id)
    if asked.customer_id is None:
        return None
    return await customer_named(write, asked.customer_id, (*asked.path, "customer"))


async def _member(write: Write, asked: RecordSale, redeeming: Redeeming) -> BuyingMember | None:
    """Who buys as a member, where the program is on; what refuses its points."""
    member = await buying_member(write, asked.customer_id)
    if redeeming.points and asked.customer_id is None:
        problems = Problems(asked.path)
        problems.add("customer", InputProblemCode.REQUIRED, "Say whose points pay.")
        problems.raise_if_any()
    if member is not None:
        refuse_member(redeeming, member.row)
    return member


async def _refuse_taken_number(write: Write, number: str | None) -> None:
    if number is None:
        return
    for row in await write.rows(sale_numbered(), number=number):
        raise Duplicate("number", number, global_id("Sale", row.id))


# ---------------------------------------------------------------- its customer's points


async def _open_points(
    write: Write, checked: CheckedSale, redeeming: Redeeming, member: BuyingMember | None
) -> SalePoints | None:
    """The points of the buyer, where the sale may change them or the tier; who buys first may join by it."""
    if member is None or checked.status is SaleStatus.PENDING:
        return None
    completes = checked.status is SaleStatus.COMPLETED
    if completes:
        member = await joined_by_sale(write, member, SaleMoment(checked.when.at, checked.when.day))
    return await opened_buyer(write, member, needs_tier_only=not completes and not redeeming.points)


async def _earned(
    write: Write, asked: RecordSale, checked: CheckedSale, sale_id: int, points: SalePoints
) -> EarnedPoints | None:
    """What the sale earns, where it does."""
    day, figures = checked.when.day, checked.figures
    if checked.status is not SaleStatus.COMPLETED:
        return None
    sold = EarningSale(day, figures.total, figures.due, checked.loyalty_paid, asked.storefront_id)
    pairs = zip(figures.lines, asked.items, strict=True)
    lines = [SoldLine(line.total, said.category, said.is_product, said.earns_points) for line, said in pairs]
    return await completed(write, points, SaleEarning(sale_id, sold, earning_lines(lines, figures.discount), day))


# ---------------------------------------------------------------- what it writes


async def _insert_sale(
    write: Write, asked: RecordSale, checked: CheckedSale, redeeming: Redeeming, **columns: int
) -> int:
    figures, when = checked.figures, checked.when
    return await write.insert(
        sale,
        **{"points_earned": 0, **columns},
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
        points_redeemed=redeeming.points_of_payments,
        campaign=asked.campaign,
        note=asked.note,
        recorded_at=write.now,
    )


async def _free_number(write: Write, day: int) -> str:
    """The next number of a day that no sale has."""
    taking = number_taken(write.connection.dialect.name)
    while True:
        (taken,) = await write.changed(taking, day=day)
        number = made_number(date_of(day), taken.last)
        if not await write.rows(sale_numbered(), number=number):
            return number


async def _insert_parts(write: Write, asked: RecordSale, checked: CheckedSale, sale_id: int) -> None:
    """Its lines, payments and status, which stand in the audit by the sale."""
    when, mine = checked.when, (write.business_id, sale_id)
    lines = zip(asked.items, checked.figures.lines, strict=True)
    items = [_item(mine, place, said, priced) for place, (said, priced) in enumerate(lines, start=1)]
    owner, moment = (*mine, asked.customer_id), (when.at, when.day, write.revision)
    payments = [(*owner, one.method, one.amount, one.reference, one.redemption_id, *moment) for one in checked.payments]
    status = (*mine, checked.status, when.at, when.day, write.actor.name, write.revision)
    await write.insert_groups(
        NewRows(sale_item, ITEM_COLUMNS, items),
        NewRows(payment, PAYMENT_COLUMNS, payments),
        NewRows(change, CHANGE_COLUMNS, [status]),
    )


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
