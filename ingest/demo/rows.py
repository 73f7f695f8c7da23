"""The rows of what happens in a step of a demo, as columns; whose they are is added where they are written."""

from typing import Any

import numpy as np

from ingest.demo.calendar import DAY, hour_of, month_of, weekday_of
from ingest.demo.catalogue import PRODUCTS
from ingest.demo.chance import Flags, Ints
from ingest.demo.columns import Columns, nullable
from ingest.demo.customers import NEVER
from ingest.demo.fates import METHODS, REASONS, STATUSES, State
from ingest.demo.sales import CHANNELS
from ingest.demo.shop import Happenings
from ingest.demo.touchpoints import CHANNELS as CONTACT_CHANNELS
from ingest.demo.touchpoints import NO_SCORE, OUTCOMES, TYPES, campaign_names, subjects_of
from rules.selling import refund_share


def sale_columns(facts: Happenings, which: Ints, state: State) -> Columns:
    """The sales at the positions `which`, but for ids, storefront and customer."""
    sales, money, made = facts.sales, facts.money, facts.sales.made[which]
    counted = state.counted_from[which]
    return {
        "number": sales.numbers(which),
        "status": STATUSES[state.status[which]],
        "channel": CHANNELS[sales.channel[which]],
        "occurred_at": facts.calendar.utc_of(made),
        **_moment_columns(made),
        "counted_from": nullable(counted, counted < NEVER),
        "subtotal": money.subtotal[which],
        "discount": money.discount[which],
        "tax": money.tax[which],
        "total": money.total[which],
        "profit": nullable(money.profit[which], money.cost_known[which]),
        "costed": money.costed[which],
        "paid": state.paid[which],
        "refunded": state.refunded[which],
    }


def _moment_columns(times: Ints) -> Columns:
    day = times // DAY
    return {
        "business_day": day,
        "business_month": month_of(day),
        "weekday": weekday_of(day),
        "hour": hour_of(times),
    }


def item_columns(facts: Happenings, which: Flags) -> Columns:
    """The lines that `which` says, but for the sale."""
    lines, product = facts.lines, facts.lines.product[which]
    known = lines.cost_known[which]
    return {
        "position": lines.position[which],
        "product": PRODUCTS.names[product],
        "sku": PRODUCTS.skus[product],
        "category": PRODUCTS.categories[product],
        "brand": PRODUCTS.brands[product],
        "quantity": lines.quantity[which],
        "unit_price": lines.price[which],
        "unit_cost": nullable(lines.cost[which], known),
        "total": lines.total[which],
        "profit": nullable(lines.profit[which], known),
        "is_product": product != PRODUCTS.delivery,
    }


def payment_columns(facts: Happenings, which: Flags) -> Columns:
    """The payments that `which` says, but for sale and customer."""
    payments = facts.fates.payments
    time = payments.time[which]
    return {
        "method": METHODS[payments.method[which]],
        "amount": payments.amount[which],
        "paid_at": facts.calendar.utc_of(time),
        "business_day": time // DAY,
    }


def refund_columns(facts: Happenings, which: Flags) -> Columns:
    """The refunds that `which` says, but for sale, storefront and customer."""
    refunds = facts.fates.refunds
    time = refunds.time[which]
    of = zip(facts.sales.numbers(refunds.sale[which]), refunds.ordinal[which].tolist(), strict=True)
    return {
        "number": [f"R{number[1:]}-{ordinal}" for number, ordinal in of],
        "amount": refunds.amount[which],
        "profit": _refunded_profit(facts, which),
        "occurred_at": facts.calendar.utc_of(time),
        **_moment_columns(time),
        "reason": REASONS[refunds.reason[which]],
    }


def _refunded_profit(facts: Happenings, which: Flags) -> Any:
    """The share of each sale's profit that its refund takes back; the second refund of a sale is of all the rest."""
    refunds, money = facts.fates.refunds, facts.money
    sale, amount = refunds.sale[which], refunds.amount[which]
    total = money.total[sale]
    before = np.where(refunds.ordinal[which] > 1, total - amount, 0)
    share = refund_share(money.profit[sale], total=total, before=before, amount=amount)
    return nullable(share, refunds.linked[which] & money.cost_known[sale])


def change_columns(facts: Happenings, which: Flags) -> Columns:
    """The changes of status that `which` says, but for the sale."""
    changes = facts.fates.changes
    time = changes.time[which]
    return {
        "status": STATUSES[changes.status[which]],
        "changed_at": facts.calendar.utc_of(time),
        "business_day": time // DAY,
    }


def touchpoint_columns(facts: Happenings) -> Columns:
    """All contacts of the step, but for the customer."""
    contacts = facts.contacts
    return {
        "type": TYPES[contacts.kind],
        "channel": CONTACT_CHANNELS[contacts.kind],
        "outcome": OUTCOMES[contacts.outcome],
        "subject": subjects_of(contacts),
        "campaign": campaign_names(contacts.month),
        "score": nullable(contacts.score, contacts.score != NO_SCORE),
        "occurred_at": facts.calendar.utc_of(contacts.time),
        "business_day": contacts.time // DAY,
        "is_void": np.zeros(len(contacts.who), np.bool_),
    }
