"""Customers: one by any key, lists by any filter, and what hangs from a profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from analytics.customers import RevenueBasis, purchase_figures
from models.activity import last_activities_of
from models.customers import (
    customer_id_by,
    customer_id_by_external,
    customers_with_id,
    external_ids_of,
    subjects_of,
    tags_of,
)
from models.sales import balances_of, purchases_of
from models.touchpoints import email_engagement_of
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput, Forbidden
from resolvers.operation.ids import key_of
from resolvers.operation.loaders import many_each, one_each
from rules.contacts import email_of
from rules.days import date_of
from rules.identities import SUBJECT
from rules.words import in_contract

# ---------------------------------------------------------------- one customer


async def customer_by_id(context: Context, ids: Sequence[int], _: Any = None) -> list[Any]:
    """The profile of each id, None where this business has no such customer or the viewer does not reach it."""
    rows = await context.reader.rows(customers_with_id(context.viewer.sees_personal_data), ids=list(ids))
    return one_each((row for row in rows if context.viewer.reaches(row.id)), ids)


async def kept_by_id(context: Context, ids: Sequence[int], _: Any = None) -> list[Any]:
    """The profile of the customer that is kept in the end, of each that another was merged into."""
    found = {row.id: row for row in await context.load_many(customer_by_id, ids) if row is not None}
    onward = [row.merged_into_id for row in found.values() if row.merged_into_id is not None]
    if not onward:
        return [found.get(id_) for id_ in ids]
    ends = dict(zip(onward, await kept_by_id(context, onward), strict=True))
    return [ends.get(found[id_].merged_into_id, found[id_]) if id_ in found else None for id_ in ids]


async def find_customer(context: Context, by: Mapping[str, str]) -> Any | None:
    """The customer with this id, number, contact, external id or subject (exactly one of them), None without one.

    What a merged record has finds the one that is kept; its id finds itself.
    """
    ((kind, value),) = by.items()
    if kind == "id":
        return await context.load(customer_by_id, key_of(value, "Customer"))
    if kind != "number" and not context.viewer.sees_personal_data:
        raise Forbidden(f"finding a customer by {in_contract(kind)} needs a token with the pii claim")
    rows = await _rows_known_by(context, kind, value)
    return await context.load(kept_by_id, rows[0].id) if rows else None


async def _rows_known_by(context: Context, kind: str, value: Any) -> Sequence[Any]:
    if kind in ("external_id", "subject"):
        system, named = (SUBJECT, value) if kind == "subject" else value
        if kind == "external_id" and system.casefold() == SUBJECT:
            raise BadUserInput("a linked subject is found by `subject`, not by `externalId`")
        return await context.reader.rows(customer_id_by_external(), system=system.strip(), value=named.strip())
    known = await _contact(context, kind, value.strip())
    return await context.reader.rows(customer_id_by(kind), value=known)


async def _contact(context: Context, kind: str, value: str) -> str:
    if kind == "email":
        return email_of(value) or value.casefold()
    if kind == "phone":
        import phonenumbers  # noqa: PLC0415  slow to import: most processes read no phone number

        region = (await context.business()).row.region
        try:
            number = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException as error:
            raise BadUserInput(
                f'"{value}" is not a phone number: write it with its country code, like +44 20 7946 0018'
            ) from error
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return value


# ---------------------------------------------------------------- what hangs from a profile


async def tags_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[list[str]]:
    """The tags of each customer, by name."""
    return many_each(await context.reader.rows(tags_of(), ids=list(ids)), ids, "customer_id", lambda row: row.tag)


async def linked_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[bool]:
    """Whether a subject of the identity provider is linked with each customer."""
    linked = {row.customer_id for row in await context.reader.rows(subjects_of(), ids=list(ids))}
    return [id_ in linked for id_ in ids]


async def last_activity_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[datetime | None]:
    """When each customer was last active, None where it never was."""
    rows = await context.reader.rows(last_activities_of(), ids=list(ids))
    found = {row.customer_id: row.at for row in rows}
    return [found.get(id_) for id_ in ids]


async def external_ids_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[list[Any]]:
    """The identifiers of each customer in other systems."""
    return many_each(await context.reader.rows(external_ids_of(), ids=list(ids)), ids, "customer_id")


@dataclass(frozen=True)
class Balance:
    """What a customer owes on account."""

    outstanding_balance: Decimal
    credit_utilization: float | None


async def balance_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[Balance]:
    """What each customer owes, and how much of the credit limit that is in percent (None without a limit)."""
    rows = await context.reader.rows(balances_of(), ids=list(ids))
    found = {row.customer_id: _balance(row) for row in rows}
    return [found[id_] for id_ in ids]


def _balance(row: Any) -> Balance:
    utilization = float(100 * row.outstanding / row.credit_limit) if row.credit_limit else None
    return Balance(row.outstanding, utilization)


@dataclass(frozen=True)
class PurchaseSummary:
    """What a customer bought up to a day."""

    orders: Annotated[int, "Counted sales."]
    revenue: Annotated[Decimal, "On the asked basis."]
    refunded: Annotated[Decimal, "All that was paid back, for sales or without one."]
    profit: Annotated[
        Decimal | None, "Of the lines whose cost is known, less its refunded share; null where none is known."
    ]
    average_order_value: Annotated[Decimal | None, "Revenue per order; null without an order."]
    first_purchase_date: Annotated[date | None, "The day of the first purchase."]
    last_purchase_date: Annotated[date | None, "The day of the last purchase."]
    days_since_last_purchase: Annotated[int | None, "Days from the last purchase to `asOf`."]


async def purchases_by_customer(
    context: Context, ids: Sequence[int], arguments: tuple[int, RevenueBasis]
) -> list[PurchaseSummary]:
    """What each customer bought to a day number, on a revenue basis."""
    as_of, basis = arguments
    business = await context.business()
    rows = await context.reader.stored(purchases_of(), {"ids": list(ids), "as_of": as_of})
    found = {row.customer_id: _summary(row, as_of, basis, business) for row in rows}
    return [found[id_] for id_ in ids]


def _summary(row: Any, as_of: int, basis: RevenueBasis, business: BusinessCalendar) -> PurchaseSummary:
    figures = purchase_figures(row, basis)
    return PurchaseSummary(
        orders=figures.orders,
        revenue=business.money(figures.revenue),
        refunded=business.money(figures.refunded),
        profit=business.money_or_none(figures.profit),
        average_order_value=business.money_or_none(figures.average_order_value),
        first_purchase_date=None if figures.first_day is None else date_of(figures.first_day),
        last_purchase_date=None if figures.last_day is None else date_of(figures.last_day),
        days_since_last_purchase=None if figures.last_day is None else as_of - figures.last_day,
    )


@dataclass(frozen=True)
class EmailEngagement:
    """How a customer answers e-mails; rates in percent of those delivered."""

    open_rate: Annotated[float | None, "How many were opened, 0 to 100; null where none was delivered."] = None
    click_rate: Annotated[float | None, "How many were clicked, 0 to 100; null where none was delivered."] = None
    last_opened_at: Annotated[datetime | None, "The last e-mail that was opened."] = None
    last_clicked_at: Annotated[datetime | None, "The last e-mail that was clicked."] = None


async def email_engagement_by_customer(context: Context, ids: Sequence[int], _: Any) -> list[EmailEngagement]:
    """How each customer answers e-mails."""
    rows = await context.reader.rows(email_engagement_of(), ids=list(ids))
    found = {row.customer_id: _engagement(row) for row in rows}
    return [found.get(id_, EmailEngagement()) for id_ in ids]


def _engagement(row: Any) -> EmailEngagement:
    def rate(count: int) -> float | None:
        return 100 * count / row.delivered if row.delivered else None

    return EmailEngagement(rate(row.opened), rate(row.clicked), row.last_opened_at, row.last_clicked_at)
