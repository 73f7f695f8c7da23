"""A business told sale by sale, and written into a store in one revision per `save`.

    shop = await open_shop(database)
    shop.customer("anna", first_name="Anna", tags=["vip"])
    shop.sale("anna", "2026-01-03", "25.00")
    shop.refund("anna", "2026-01-05", "5.00")
    await shop.save()

What is told again under the same number is changed by the next `save`; a customer need not be told before its sales.
A day is written `2026-01-03` (at noon) or `2026-01-03 14:30`, in the shop's time zone, or given as a date.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, update

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
from models.customers import CustomerType
from models.database import Database, table
from models.touchpoints import TouchpointChannel, TouchpointOutcome, TouchpointType
from resolvers.businesses import ensure_business
from resolvers.operation.actor import Actor
from resolvers.operation.writing import Write, writing
from rules.consents import ConsentChannel, ConsentSource, ConsentStatus
from rules.contacts import contact_words, name_words, sort_name
from rules.currency import MILLION
from rules.days import business_moment, date_of, day_number, instant_of, noon_of
from rules.selling import (
    PaymentMethod,
    SaleChannel,
    SaleStatus,
    day_counted_from,
    earned_by,
    line_profit,
    line_total,
    refund_share,
    settles,
    status_after,
)

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ACTOR = Actor("a test", "ADMIN")
MONEY_OF_CUSTOMERS = ("credit_limit", "opening_balance")

When = str | date
Row = dict[str, Any]


class Line(NamedTuple):
    """A line of a sale. Amounts are written as text; without `cost` its profit is unknown."""

    product: str
    price: str
    quantity: str = "1"
    category: str | None = None
    cost: str | None = None
    sku: str | None = None
    is_product: bool = True


@dataclass(eq=False)
class _Told:
    """A row by the name that the test gave it; `parts` are the rows that hang from it and are replaced with it."""

    values: Row
    id: int | None = None
    is_changed: bool = True
    stored: Row | None = None
    parts: dict[str, list[Row]] = field(default_factory=dict)
    told_parts: set[str] = field(default_factory=set)
    stored_parts: set[str] = field(default_factory=set)

    def tell(self, part: str, rows: list[Row]) -> None:
        """Say what hangs from it now."""
        self.parts[part] = rows
        self.told_parts.add(part)


class Shop:
    """A business to tell facts of. `id_of` and its sisters give ids after a `save`."""

    def __init__(self, database: Database, business: Any, now: datetime) -> None:
        self.database = database
        self.business = business
        self.id: int = business.id
        self.now = now
        self.revision = 0
        self.request_id = 0  # that somebody be erased, where a shop has one
        self._zone = ZoneInfo(business.timezone)
        self._customers: dict[str, _Told] = {}
        self._storefronts: dict[str, _Told] = {}
        self._sales: dict[str, _Told] = {}
        self._refunds: dict[str, _Told] = {}
        self._payments: list[_Told] = []
        self._refunds_of: defaultdict[str, list[_Told]] = defaultdict(list)  # by the sale, as are
        self._payments_of: defaultdict[str, list[_Told]] = defaultdict(list)
        self._touchpoints: list[_Told] = []

    # ------------------------------------------------------------ telling

    def customer(
        self,
        number: str,
        *,
        tags: Sequence[str] | None = None,
        external: Mapping[str, str] | None = None,
        joined: When | None = None,
        referrer: str | None = None,
        merged_into: str | None = None,
        **columns: Any,
    ) -> str:
        """A customer, or what changes of one. `columns` are those of the table, money as text; `external` by system."""
        told = self._customers.setdefault(number, _Told({"number": number}))
        told.values.update({k: self._minor(v) if k in MONEY_OF_CUSTOMERS else v for k, v in columns.items()})
        if joined is not None:
            told.values |= {"joined_given": True, "joined_day": day_number(self._local(joined).date())}
        if referrer is not None:
            told.values["referrer"] = referrer
        if merged_into is not None:
            told.values["merged_into"] = merged_into
        if tags is not None:
            told.tell("tags", [{"tag": tag} for tag in tags])
        if any(name.startswith("consent_") for name in columns):
            told.tell("consents", self._consents(told.values))
        if external is not None:
            told.tell("external", [{"system": system, "value": value} for system, value in external.items()])
        told.is_changed = True
        return number

    def storefront(self, name: str, *, is_active: bool = True) -> str:
        """A storefront; a sale may also name one that was not told."""
        told = self._storefronts.setdefault(name, _Told({"name": name}))
        told.values["is_active"], told.is_changed = is_active, True
        return name

    def sale(
        self,
        customer: str | None,
        when: When,
        total: str | None = None,
        *,
        number: str | None = None,
        status: str = "COMPLETED",
        counted_from: When | None = None,
        storefront: str | None = None,
        channel: str = "STORE",
        lines: Sequence[Line] | None = None,
        discount: str = "0",
        tax: str = "0",
        payments: Mapping[str, str] | None = None,
        has_hour: bool = True,
        note: str | None = None,
        recorded_at: datetime | None = None,
    ) -> str:
        """A sale, of one line "Goods" unless `lines` are given; its number. `payments` are amounts by method.

        `counted_from` is the later day on which a sale that was pending was completed.
        """
        number = number or f"S{len(self._sales) + 1}"
        told = self._sales.setdefault(number, _Told({"number": number, "refunded": 0, "paid": 0}))
        items = self._items(lines or [Line("Goods", str(Decimal(total or "0") + Decimal(discount)))])
        subtotal, less = sum(item["total"] for item in items), self._minor(discount)
        if total is not None and self._minor(total) != subtotal - less:
            raise ValueError(f"sale {number}: its lines less the discount are not {total}")
        moment = self._moment(when, has_hour)
        status_ = SaleStatus(status)
        counted = moment["business_day"] if counted_from is None else day_number(self._local(counted_from).date())
        told.values |= {
            **moment,
            "customer": self._known(customer),
            "storefront": self._known_storefront(storefront),
            "status": status_,
            "channel": SaleChannel(channel),
            "counted_from": day_counted_from(status_, counted),
            "subtotal": subtotal,
            "discount": less,
            "tax": self._minor(tax),
            "recorded_at": recorded_at,
            "total": subtotal - less,
            "note": note,
            **_earned(items, less),
        }
        told.tell("items", items)
        told.tell("changes", self._changes(told.values))
        if payments is not None:
            paid = {PaymentMethod(method): self._minor(amount) for method, amount in payments.items()}
            told.tell("payments", [{"method": k, "amount": v, **_paid_at(moment)} for k, v in paid.items()])
        told.values["paid"] = self._paid(number)
        told.is_changed = True
        self._settle(number)
        return number

    def refund(
        self,
        customer: str | None,
        when: When,
        amount: str,
        *,
        sale: str | None = None,
        number: str | None = None,
        reason: str | None = None,
        has_hour: bool = True,
    ) -> str:
        """A refund; its number. One of a sale belongs to the sale's storefront, and to its customer if none is said."""
        number = number or f"R{len(self._refunds) + 1}"
        told = self._refunds.setdefault(number, _Told({"number": number, "sale": None}))
        self._move_refund(told, sale)
        of = self._sales[sale].values if sale is not None else {}
        told.values |= {
            **self._moment(when, has_hour),
            "customer": self._known(customer if customer is not None else of.get("customer")),
            "sale": sale,
            "storefront": of.get("storefront"),
            "amount": self._minor(amount),
            "profit": None,
            "reason": reason,
        }
        told.is_changed = True
        if sale is not None:
            self._settle(sale)
        return number

    def payment(
        self, customer: str | None, when: When, amount: str, *, method: str = "CASH", sale: str | None = None
    ) -> None:
        """A payment for a sale, or an unallocated one of a customer."""
        moment = self._moment(when, True)
        values = {
            "customer": self._known(customer),
            "sale": sale,
            "method": PaymentMethod(method),
            "amount": self._minor(amount),
            **_paid_at(moment),
        }
        self._payments.append(_Told(values))
        if sale is not None:
            self._payments_of[sale].append(self._payments[-1])
            self._sales[sale].values["paid"] = self._paid(sale)
            self._sales[sale].is_changed = True

    def touchpoint(
        self,
        customer: str,
        when: When,
        type: str = "EMAIL",
        *,
        channel: str = "EMAIL",
        outcome: str | None = None,
        **columns: Any,
    ) -> None:
        """A contact with a customer; `columns` are subject, notes, campaign, score, is_void."""
        moment = self._moment(when, True)
        self._touchpoints.append(
            _Told(
                {
                    "customer": self._known(customer),
                    "type": TouchpointType(type),
                    "channel": TouchpointChannel(channel),
                    "outcome": None if outcome is None else TouchpointOutcome(outcome),
                    "occurred_at": moment["occurred_at"],
                    "business_day": moment["business_day"],
                    **columns,
                }
            )
        )

    # ------------------------------------------------------------ ids

    def id_of(self, customer: str) -> int:
        """The id of a saved customer."""
        return _id(self._customers[customer])

    def id_of_sale(self, number: str) -> int:
        """The id of a saved sale."""
        return _id(self._sales[number])

    def id_of_refund(self, number: str) -> int:
        """The id of a saved refund."""
        return _id(self._refunds[number])

    def id_of_touchpoint(self, place: int = 0) -> int:
        """The id of a saved contact, by its place among those told."""
        return _id(self._touchpoints[place])

    def id_of_storefront(self, name: str) -> int:
        """The id of a saved storefront."""
        return _id(self._storefronts[name])

    def number_of(self, customer_id: int) -> str:
        """The number of the saved customer with this id."""
        return next(number for number, told in self._customers.items() if told.id == customer_id)

    # ------------------------------------------------------------ writing

    async def save(self) -> int:
        """Write what was told since the last time in one transaction; its revision."""
        self._join()
        async with writing(self.database, self.id, actor=ACTOR, clock=lambda: self.now) as open_write:
            await self._save_parents(open_write)
            await self._save_sales(open_write)
            await self._put(open_write, Payment, self._payments, self._resolved)
            await self._put(open_write, Refund, self._refunds.values(), self._resolved)
            await self._put(open_write, Touchpoint, self._touchpoints, self._resolved)
            self.revision = open_write.revision
        return self.revision

    async def change(self) -> int:
        """Write something that no report reads, a new storefront; its revision."""
        self.storefront(f"Storefront {len(self._storefronts) + 1}")
        return await self.save()

    async def _save_parents(self, open_write: Write) -> None:
        await self._put(open_write, Storefront, self._storefronts.values(), self._resolved)
        changed = [told for told in self._customers.values() if told.is_changed]
        await _number(open_write, table(Customer), changed)  # they may refer to each other
        await self._put(open_write, Customer, changed, self._customer_row)
        await self._replace(open_write, changed, "tags", CustomerTag, "customer_id")
        await self._replace(open_write, changed, "external", ExternalId, "customer_id")
        await self._replace(open_write, changed, "consents", ConsentEvent, "customer_id")

    async def _save_sales(self, open_write: Write) -> None:
        changed = [told for told in self._sales.values() if told.is_changed]
        await self._put(open_write, Sale, changed, self._resolved)
        await self._replace(open_write, changed, "items", SaleItem, "sale_id")
        await self._replace(open_write, changed, "changes", SaleStatusChange, "sale_id")
        await self._replace(open_write, changed, "payments", Payment, "sale_id")

    async def _put(self, open_write: Write, model: Any, all_told: Iterable[_Told], row: Any) -> None:
        """Insert the new and update the changed rows of a table."""
        target, changed = table(model), [told for told in all_told if told.is_changed]
        await _number(open_write, target, changed)
        stamp = {"business_id": self.id, "revision": open_write.revision}
        rows = {told: row(told.values) for told in changed}
        await _insert(open_write, target, [{"id": t.id, **stamp, **rows[t]} for t in changed if t.stored is None])
        for told in changed:
            if told.stored is not None:
                values = {name: value for name, value in rows[told].items() if told.stored.get(name) != value}
                statement = update(target).where(target.c.id == told.id).values(**values, **stamp)
                await open_write.connection.execute(statement)
                open_write.wrote(target, values)
            told.stored, told.is_changed = rows[told], False

    async def _replace(self, open_write: Write, owners: list[_Told], part: str, model: Any, key: str) -> None:
        """Write the parts of some owners, in place of those that they had."""
        target, owners = table(model), [owner for owner in owners if part in owner.told_parts]
        stamp = {"business_id": self.id, "revision": open_write.revision}
        for owner in owners:
            if part in owner.stored_parts:
                await open_write.run(delete(target).where(target.c[key] == owner.id))
            owner.stored_parts.add(part)
            owner.told_parts.discard(part)
        rows = [
            {key: owner.id, **stamp, **self._of_owner(model, owner), **values}
            for owner in owners
            for values in owner.parts[part]
        ]
        await _insert(open_write, target, rows)

    def _of_owner(self, model: Any, owner: _Told) -> Row:
        if model is not Payment:
            return {}
        customer = owner.values["customer"]
        return {"customer_id": None if customer is None else self.id_of(customer)}

    # ------------------------------------------------------------ details

    def _resolved(self, values: Row) -> Row:
        """The columns of a row: names of customers, sales and storefronts as their ids."""
        row = dict(values)
        for name, found in (("customer", self._customers), ("sale", self._sales), ("storefront", self._storefronts)):
            if name in row:
                key = row.pop(name)
                row[f"{name}_id"] = None if key is None else _id(found[key])
        return row

    def _consents(self, values: Row) -> list[Row]:
        """The events of the consents that were told to stand."""
        at = values.get("created_at", self.now)
        same = {
            "status": ConsentStatus.GIVEN,
            "at": at,
            "recorded_at": at,
            "source": ConsentSource.IMPORT,
            "actor": "x",
        }
        given = [channel for channel in ConsentChannel if values.get(f"consent_{channel.lower()}")]
        return [{"channel": channel, **same} for channel in given]

    def _customer_row(self, values: Row) -> Row:
        row = {"type": CustomerType.RETAIL, "created_at": self.now, **values}
        row["type"] = CustomerType(row["type"])
        for name, column in (("referrer", "referrer_id"), ("merged_into", "merged_into_id")):
            if name in row:
                row[column] = self.id_of(row.pop(name))
        number, first, last = row["number"], row.get("first_name"), row.get("last_name")
        words = {
            "sort_name": sort_name(number, first, last),
            "search_name": "" if row.get("is_erased") else name_words(number, first, last),
            "search_contact": "" if row.get("is_erased") else contact_words(row.get("email"), row.get("phone")),
        }
        return {**_defaults(table(Customer)), **words, **row}

    def _join(self) -> None:
        """Give every customer without a given day the first purchase or else the creation as its day of joining."""
        first: dict[str, int] = {}
        for told in self._sales.values():
            name, day = told.values["customer"], told.values["business_day"]
            if name is not None and told.values["counted_from"] is not None:
                first[name] = min(day, first.get(name, day))
        for number, told in self._customers.items():
            if not told.values.get("joined_given"):
                created = told.values.get("created_at", self.now).astimezone(self._zone)
                day = first.get(number, day_number(created.date()))
                told.is_changed |= told.values.get("joined_day") != day
                told.values["joined_day"] = day

    def _known(self, customer: str | None) -> str | None:
        if customer is not None and customer not in self._customers:
            self.customer(customer)
        return customer

    def _known_storefront(self, name: str | None) -> str | None:
        if name is not None and name not in self._storefronts:
            self.storefront(name)
        return name

    def _move_refund(self, told: _Told, sale: str | None) -> None:
        """Count a refund among those of a sale, where it was not yet."""
        before = told.values["sale"]
        if before != sale and before is not None:
            self._refunds_of[before].remove(told)
        if before != sale and sale is not None:
            self._refunds_of[sale].append(told)

    def _settle(self, sale: str) -> None:
        """Share out the profit of a sale to its refunds, as told, and sum them; REFUNDED when they reach its total."""
        told = self._sales[sale]
        profit, total, refunded = told.values["profit"], told.values["total"], 0
        for refund in self._refunds_of[sale]:
            amount, known = refund.values["amount"], profit is not None and total > 0
            share = refund_share(profit, total=total, before=refunded, amount=amount) if known else None
            refund.is_changed |= refund.values["profit"] != share
            refund.values["profit"], refunded = share, refunded + amount
        told.values["refunded"] = refunded
        told.values["status"] = status_after(told.values["status"], total=total, refunded=refunded)
        told.is_changed = True

    def _paid(self, sale: str) -> int:
        own = self._sales[sale].parts.get("payments", [])
        others = [told.values for told in self._payments_of[sale]]
        return sum(p["amount"] for p in (*own, *others) if settles(p["method"]))

    def _items(self, lines: Sequence[Line]) -> list[Row]:
        return [
            self._item(position, line, _millionths(line.quantity), line.cost)
            for position, line in enumerate(lines, start=1)
        ]

    def _item(self, position: int, line: Line, quantity: int, cost: str | None) -> Row:
        exponent, price = self.business.currency_exponent, _millionths(line.price)
        unit_cost = None if cost is None else _millionths(cost)
        total = line_total(quantity, price, exponent)
        return {
            "position": position,
            "product": line.product,
            "sku": line.sku,
            "category": line.category,
            "quantity": quantity,
            "unit_price": price,
            "unit_cost": unit_cost,
            "total": total,
            "profit": None if unit_cost is None else line_profit(total, quantity, unit_cost, exponent),
            "is_product": line.is_product,
        }

    def _changes(self, values: Row) -> list[Row]:
        """The statuses that a sale took: one that was completed later was pending before."""
        day, counted, status = values["business_day"], values["counted_from"], values["status"]
        at = values["occurred_at"]
        if counted is None or counted == day:
            return [{"status": status, "changed_at": at, "business_day": day}]
        later = instant_of(noon_of(date_of(counted)), self._zone)
        return [
            {"status": SaleStatus.PENDING, "changed_at": at, "business_day": day},
            {"status": status, "changed_at": later, "business_day": counted},
        ]

    def _local(self, when: When) -> datetime:
        if isinstance(when, str) and len(when) > len("2026-01-03"):
            return datetime.fromisoformat(when)
        return noon_of(date.fromisoformat(when) if isinstance(when, str) else when)

    def _moment(self, when: When, has_hour: bool) -> Row:
        instant = instant_of(self._local(when), self._zone)
        moment = business_moment(instant, self._zone)._asdict()
        return {"occurred_at": instant, **moment, "hour": moment["hour"] if has_hour else None}

    def _minor(self, amount: str) -> int:
        scaled = Decimal(amount).scaleb(self.business.currency_exponent)
        if scaled != int(scaled):
            raise ValueError(f"{amount} has more decimals than {self.business.currency}")
        return int(scaled)


async def open_shop(
    database: Database,
    name: str = "Shop",
    *,
    currency: str = "GBP",
    timezone: str = "Europe/London",
    region: str = "GB",
    now: datetime = NOW,
) -> Shop:
    """A new, empty business of this name to tell facts of."""
    made = await ensure_business(database, name, currency=currency, timezone=timezone, region=region, now=now)
    return Shop(database, made, now)


# ---------------------------------------------------------------- details


def _defaults(target: Table) -> Row:
    """What a column holds that a row does not give."""
    return {c.name: c.default.arg for c in target.c if c.default is not None and not c.default.is_callable}


def _id(told: _Told) -> int:
    if told.id is None:
        raise LookupError("it has no id before it is saved")
    return told.id


def _millionths(amount: str) -> int:
    return int(Decimal(amount) * MILLION)


def _paid_at(moment: Row) -> Row:
    return {"paid_at": moment["occurred_at"], "business_day": moment["business_day"]}


def _earned(items: Sequence[Row], discount: int) -> Row:
    """The known profit of a sale and the part of its total whose cost is known."""
    earned = earned_by([(item["total"], item["profit"]) for item in items], discount)
    return {"profit": None, "costed": 0} if earned is None else earned._asdict()


async def _number(open_write: Write, target: Table, told: Iterable[_Told]) -> None:
    new = [one for one in told if one.id is None]
    if new:
        for one, id_ in zip(new, await open_write.take_ids(target, len(new)), strict=True):
            one.id = id_


async def _insert(open_write: Write, target: Table, rows: Sequence[Row]) -> None:
    """Insert rows that may give different columns; what a row does not give is null or the column's default."""
    if not rows:
        return
    defaults, given = _defaults(target), set[str]().union(*rows)
    names = [c.name for c in target.c if c.name in given or c.name in defaults]
    values = [tuple(row.get(name, defaults.get(name)) for name in names) for row in rows]
    await open_write.insert_many(target, names, values)
