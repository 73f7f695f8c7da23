"""Writes one step of a demo in one transaction: new customers, new sales, and what happened to older ones."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import SelectBase, Table, Update, bindparam, func, select, update

from ingest.demo import rows
from ingest.demo.catalogue import STOREFRONTS
from ingest.demo.chance import Flags, Ints
from ingest.demo.columns import Columns, chosen, length_of, nullable
from ingest.demo.customers import NEVER, numbers_of
from ingest.demo.fates import STATUSES, State
from ingest.demo.profiles import consent_columns, customer_columns, external_columns, referred_by, tag_columns
from ingest.demo.shop import Happenings
from ingest.demo.store import insert_columns
from models import (
    ConsentEvent,
    Customer,
    CustomerTag,
    ExternalId,
    Payment,
    Refund,
    Sale,
    SaleItem,
    SaleStatusChange,
    Storefront,
    Touchpoint,
)
from models.database import TextList, any_of, scoped, table
from models.storefronts import storefronts_of_business
from resolvers.operation.writing import Write

UNKNOWN = -1
NUMBERS_AT_ONCE = 20_000

customer, sale, storefront = table(Customer), table(Sale), table(Storefront)


class StepWriter:
    """Writes what happened. Ids are kept by position; UNKNOWN is what is not in the store, or no longer as it was."""

    def __init__(self, write: Write, facts: Happenings, written: Callable[[int], None] | None) -> None:
        self.write = write
        self.facts = facts
        self.written = written
        self.joins = facts.now(facts.people.created)
        self.sold = facts.now(facts.sales.made)
        self.customers = np.full(len(facts.people), UNKNOWN, np.int64)
        self.sales = np.full(len(facts.sales), UNKNOWN, np.int64)
        self.buyers = self.sales.copy()  # of each sale
        self.storefronts: list[int] = []
        self.counts: Counter[str] = Counter()

    async def write_all(self) -> None:
        """Write parents before children."""
        self.storefronts = await _storefronts(self.write)
        await self._add_customers()
        await self._close_accounts()
        await self._find_customers()
        await self._add_sales()
        await self._change_sales()
        await self._add_payments()
        await self._add_refunds()
        await self._add_changes()
        await self._add_touchpoints()

    async def _insert(self, target: Table, columns: Columns) -> None:
        same: Columns = {"business_id": np.full(length_of(columns), self.write.business_id)}
        if "revision" in target.c:
            same["revision"] = np.full(length_of(columns), self.write.revision)
        self.counts[target.name] += await insert_columns(self.write.connection, target, columns | same, self.written)
        self.write.wrote(target)

    # ------------------------------------------------------------ customers

    async def _add_customers(self) -> None:
        people, who = self.facts.people, np.flatnonzero(self.joins).astype(np.int64)
        if not len(who):
            return
        self.customers[who] = await self.write.take_ids(customer, len(who))
        columns = customer_columns(people, self.facts.calendar, who, self.facts.step.until)
        referrers = await self._referrers(referred_by(people, who))
        await self._insert(customer, {"id": self.customers[who], **columns, "referrer_id": referrers})
        for model, (owner, rest) in (
            (CustomerTag, tag_columns(people, who)),
            (ExternalId, external_columns(people, who)),
            (ConsentEvent, consent_columns(columns, who)),
        ):
            await self._insert(table(model), {"customer_id": self.customers[owner], **rest})

    async def _referrers(self, index: Ints) -> Any:
        """The ids of the customers with these indexes, None for -1; some of them are in earlier steps."""
        first = self.facts.step.low
        ids = np.full(len(index), UNKNOWN, np.int64)
        here = index >= first
        ids[here] = self.customers[index[here] - first]
        elsewhere = np.flatnonzero((index >= 0) & (ids == UNKNOWN))
        ids[elsewhere] = await self._ids_of(index[elsewhere])
        return nullable(ids, ids != UNKNOWN)

    async def _ids_of(self, index: Ints) -> Ints:
        numbers = numbers_of(self.facts.calendar, index)
        found = await _numbered(self.write, customers_numbered(), numbers)
        return np.array([found[number].id if number in found else UNKNOWN for number in numbers], np.int64)

    async def _close_accounts(self) -> None:
        people = self.facts.people
        who = np.flatnonzero(self.facts.now(people.closed) & ~self.joins).astype(np.int64)
        if len(who):
            ids = await self._ids_of(people.index[who])
            closed = [{"id_": id_, "new_revision": self.write.revision} for id_ in ids.tolist() if id_ != UNKNOWN]
            await self.write.run(account_closed(), closed)

    async def _find_customers(self) -> None:
        """Look up the older customers to whom anything happens."""
        facts, fates = self.facts, self.facts.fates
        busy = np.zeros(len(facts.people), np.bool_)
        for sale_, time in ((fates.payments.sale, fates.payments.time), (fates.refunds.sale, fates.refunds.time)):
            busy[facts.sales.who[sale_[facts.now(time)]]] = True
        busy[facts.sales.who[self.sold]] = True
        busy[facts.contacts.who] = True
        who = np.flatnonzero(busy & (self.customers == UNKNOWN)).astype(np.int64)
        self.customers[who] = await self._ids_of(facts.people.index[who])
        self.buyers = np.where(facts.sales.anonymous, UNKNOWN, self.customers[facts.sales.who])

    # ------------------------------------------------------------ sales

    def _storefront_ids(self, of_sales: Ints) -> Any:
        number = self.facts.sales.storefront[of_sales]
        return nullable(np.array(self.storefronts, np.int64)[number], number >= 0)

    async def _add_sales(self) -> None:
        which = np.flatnonzero(self.sold).astype(np.int64)
        if not len(which):
            return
        self.sales[which] = await self.write.take_ids(sale, len(which))
        buyers = self.buyers[which]
        columns = rows.sale_columns(self.facts, which, self.facts.fates.state(self.facts.step.until))
        owners: Columns = {
            "id": self.sales[which],
            "customer_id": nullable(buyers, buyers != UNKNOWN),
            "storefront_id": self._storefront_ids(which),
        }
        await self._insert(sale, owners | columns)
        lines = self.sold[self.facts.lines.sale]
        owner: Columns = {"sale_id": self.sales[self.facts.lines.sale[lines]]}
        await self._insert(table(SaleItem), owner | rows.item_columns(self.facts, lines))

    async def _change_sales(self) -> None:
        """Bring older sales to their new state, but for those that somebody has changed meanwhile."""
        facts = self.facts
        which = np.flatnonzero(self._touched()).astype(np.int64)
        if not len(which):
            return
        before, after = facts.fates.state(facts.step.after), facts.fates.state(facts.step.until)
        numbers = facts.sales.numbers(which)
        found = await _numbered(self.write, sales_numbered(), numbers)
        changed: list[dict[str, Any]] = []
        for at, number in zip(which.tolist(), numbers, strict=True):
            row = found.get(number)
            if row is not None and (row.status, row.paid, row.refunded) == _seen(before, at):
                self.sales[at] = row.id
                self.buyers[at] = UNKNOWN if row.customer_id is None else row.customer_id
                changed.append(_new_state(after, at, row.id, self.write.revision))
        if changed:
            await self.write.run(sale_changed(), changed)

    def _touched(self) -> Flags:
        facts, fates = self.facts, self.facts.fates
        touched = np.zeros(len(facts.sales), np.bool_)
        touched[fates.payments.sale[facts.now(fates.payments.time) & fates.payments.allocated]] = True
        touched[fates.refunds.sale[facts.now(fates.refunds.time) & fates.refunds.linked]] = True
        touched[fates.changes.sale[facts.now(fates.changes.time)]] = True
        return touched & (facts.sales.made < facts.step.after)

    async def _add_payments(self) -> None:
        payments = self.facts.fates.payments
        payer = self.buyers[payments.sale]
        paid = np.where(payments.allocated, self.sales[payments.sale], UNKNOWN)
        which = self.facts.now(payments.time) & (np.where(payments.allocated, paid, payer) != UNKNOWN)
        owners = _owners(which, sale_id=paid, customer_id=payer)
        await self._insert(table(Payment), owners | rows.payment_columns(self.facts, which))

    async def _add_refunds(self) -> None:
        refunds = self.facts.fates.refunds
        buyer = self.buyers[refunds.sale]
        returned = np.where(refunds.linked, self.sales[refunds.sale], UNKNOWN)
        which = self.facts.now(refunds.time) & (~refunds.linked | (returned != UNKNOWN))
        owners = _owners(which, sale_id=returned, customer_id=buyer)
        stores = self._storefront_ids(refunds.sale[which])
        stores[~refunds.linked[which]] = None
        await self._insert(table(Refund), owners | {"storefront_id": stores} | rows.refund_columns(self.facts, which))

    async def _add_changes(self) -> None:
        changes = self.facts.fates.changes
        changed = self.sales[changes.sale]
        which = self.facts.now(changes.time) & (changed != UNKNOWN)
        await self._insert(
            table(SaleStatusChange), _owners(which, sale_id=changed) | rows.change_columns(self.facts, which)
        )

    async def _add_touchpoints(self) -> None:
        contacted = self.customers[self.facts.contacts.who]
        which = contacted != UNKNOWN
        columns = chosen(rows.touchpoint_columns(self.facts), which)
        await self._insert(table(Touchpoint), _owners(which, customer_id=contacted) | columns)


def _owners(which: Flags, **ids: Ints) -> Columns:
    return {name: nullable(column[which], column[which] != UNKNOWN) for name, column in ids.items()}


# ---------------------------------------------------------------- what the store is asked and told


@cache
def customers_numbered() -> SelectBase:
    """The customers of :business with one of the :numbers, merged ones as whom they were merged into.

    Erased ones are not among them: nobody knows them any more, so they buy without a name.
    """
    whole = func.coalesce(customer.c.merged_into_id, customer.c.id).label("id")
    mine = (scoped(customer)) & any_of(customer.c.number, "numbers", TextList)
    return select(customer.c.number, whole).where(mine, ~customer.c.is_erased)


@cache
def sales_numbered() -> SelectBase:
    """What may have changed of the sales of :business with one of the :numbers."""
    mine = (scoped(sale)) & any_of(sale.c.number, "numbers", TextList)
    changing = (sale.c.status, sale.c.paid, sale.c.refunded)
    return select(sale.c.number, sale.c.id, sale.c.customer_id, *changing).where(mine)


@cache
def account_closed() -> Update:
    """Close the account of :id_."""
    return (
        update(customer)
        .where(customer.c.id == bindparam("id_"))
        .values(is_active=False, revision=bindparam("new_revision"))
    )


@cache
def sale_changed() -> Update:
    """Bring the sale :id_ to a new state."""
    changed = ("status", "counted_from", "paid", "refunded", "revision")
    return (
        update(sale).where(sale.c.id == bindparam("id_")).values({name: bindparam(f"new_{name}") for name in changed})
    )


def _seen(state: State, at: int) -> tuple[str, int, int]:
    return str(STATUSES[state.status[at]]), int(state.paid[at]), int(state.refunded[at])


def _new_state(state: State, at: int, id_: int, revision: int) -> dict[str, Any]:
    counted = int(state.counted_from[at])
    return {
        "id_": id_,
        "new_status": STATUSES[state.status[at]],
        "new_counted_from": counted if counted < NEVER else None,
        "new_paid": int(state.paid[at]),
        "new_refunded": int(state.refunded[at]),
        "new_revision": revision,
    }


async def _numbered(write: Write, statement: SelectBase, numbers: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, len(numbers), NUMBERS_AT_ONCE):
        some = numbers[start : start + NUMBERS_AT_ONCE]
        found |= {row.number: row for row in await write.rows(statement, numbers=some)}
    return found


async def _storefronts(write: Write) -> list[int]:
    """The ids of the storefronts in the order of the catalogue; those that are missing are made."""
    known: dict[str, int] = {row.name: row.id for row in await write.rows(storefronts_of_business())}
    missing = [(name, is_active) for name, is_active in STOREFRONTS if name not in known]
    ids = await write.take_ids(storefront, len(missing))
    made = [
        (id_, write.business_id, name, is_active, write.revision)
        for id_, (name, is_active) in zip(ids, missing, strict=True)
    ]
    await write.insert_many(storefront, ("id", "business_id", "name", "is_active", "revision"), made)
    known |= {name: id_ for id_, (name, _) in zip(ids, missing, strict=True)}
    return [known[name] for name, _ in STOREFRONTS]
