"""The customers of a batch: found by number or made, and their profile and first day kept right."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update

from ingest.consents import drop_what_may_not_be_given, write_events
from ingest.drafts import Draft, PersonDraft, SaleDraft
from models import Customer, Refund, Sale
from models.customers import CustomerType, customer_rows
from models.database import TextList, any_of, owned, scoped, table
from resolvers.operation.writing import Write
from rules.contacts import contact_words, email_of, name_words, sort_name, unproven
from rules.days import date_of, day_number

customer, sale, refund = table(Customer), table(Sale), table(Refund)
WRITTEN = (
    "id", "business_id", "number", "type", "first_name", "last_name", "sort_name", "email", "phone", "birth_date",
    "line1", "line2", "city", "state", "postal_code", "country", "is_active", "is_email_verified",
    "is_phone_verified", "created_at", "joined_given", "joined_day", "credit_limit", "opening_balance",
    "consent_email", "consent_sms", "consent_push", "is_erased", "search_name", "search_contact", "revision",
)  # fmt: skip
BLANK = {
    "type": CustomerType.RETAIL, "is_active": True, "is_email_verified": False, "is_phone_verified": False,
    "joined_given": False, "credit_limit": 0, "opening_balance": 0, "consent_email": False, "consent_sms": False,
    "consent_push": False, "is_erased": False,
}  # fmt: skip
CONTACTS = ("email", "phone")


@cache
def customers_numbered() -> Select[Any]:
    """The customers of :business with one of the :numbers."""
    return select(customer).where(scoped(customer), any_of(customer.c.number, "numbers", TextList))


@cache
def holders_of(contact: str) -> Select[Any]:
    """Who of :business has one of the :values as e-mail or phone."""
    column = customer.c[contact]
    columns: list[ColumnElement[Any]] = [customer.c.id, column]
    return select(*columns).where(scoped(customer), ~customer.c.is_erased, any_of(column, "values", TextList))


@cache
def sales_spans() -> Select[Any]:
    """For each of the :ids its first counted day and the time of its latest sale."""
    counted = func.min(sale.c.business_day).filter(sale.c.counted_from.is_not(None))
    latest = func.max(sale.c.occurred_at).label("latest")
    columns: list[ColumnElement[Any]] = [sale.c.customer_id, counted.label("first_day"), latest]
    return select(*columns).where(owned(sale), any_of(sale.c.customer_id, "ids")).group_by(sale.c.customer_id)


@cache
def latest_refunds() -> Select[Any]:
    """For each of the :ids the time of its latest refund."""
    columns: list[ColumnElement[Any]] = [refund.c.customer_id, func.max(refund.c.occurred_at).label("latest")]
    return select(*columns).where(owned(refund), any_of(refund.c.customer_id, "ids")).group_by(refund.c.customer_id)


class Buyers:
    """The customers of one batch. `resolve` before its facts are written, `settle` after."""

    def __init__(self, write: Write, fields: Sequence[str], drafts: Iterable[Draft]) -> None:
        self.write = write
        self.fields = fields
        self.drafts: dict[str, list[Draft]] = {}
        for draft in drafts:
            if draft.customer is not None:
                self.drafts.setdefault(draft.customer, []).append(draft)
        self.ids: dict[str, int] = {}
        self.made = 0
        self.made_numbers: Sequence[str] = ()
        self.changed: set[int] = set()
        self.dropped = 0  # contacts that belong to somebody else

    async def resolve(self) -> None:
        """Give every number of the batch its customer: a stored one, the one it was merged into, or a new one."""
        found = await self.write.rows(customers_numbered(), numbers=list(self.drafts))
        self.ids = {row.number: row.merged_into_id or row.id for row in found}
        await self._find_by_email()
        await self._follow_merges()
        await self._make([number for number in self.drafts if number not in self.ids])

    async def settle(self, touched: set[int]) -> None:
        """Bring the stored customers among the `touched` ids to what all their facts now say."""
        touched -= self._new
        if not touched:
            return
        numbers: dict[int, list[str]] = {}
        for number, id_ in self.ids.items():
            numbers.setdefault(id_, []).append(number)
        ids = list(touched)
        spans = {row.customer_id: row for row in await self.write.rows(sales_spans(), ids=ids)}
        refunds = {row.customer_id: row.latest for row in await self.write.rows(latest_refunds(), ids=ids)}
        changes: dict[int, dict[str, Any]] = {}
        rows = {row.id: row for row in await self.write.rows(customer_rows(), ids=ids)}
        for id_, row in rows.items():
            drafts = [draft for number in numbers.get(id_, []) for draft in self.drafts[number]]
            profile = {} if row.is_erased else self._profile(drafts)
            if profile and not _is_latest(drafts, spans.get(id_), refunds.get(id_)):
                profile = {name: value for name, value in profile.items() if getattr(row, name) is None}
            changes[id_] = self._changes(row, profile, spans.get(id_))
        await self._drop_taken(changes)
        await drop_what_may_not_be_given(self.write, rows, changes)
        await self._update(rows, changes)
        await write_events(self.write, changes, is_new=False)

    async def _find_by_email(self) -> None:
        """Who is known by an e-mail in the file is whoever has it here."""
        unknown = [number for number in self.drafts if "@" in number and number not in self.ids]
        if unknown:
            holders = await self.write.rows(holders_of("email"), values=unknown)
            self.ids |= {row.email: row.id for row in holders}

    # ------------------------------------------------------------ new ones

    async def _make(self, numbers: Sequence[str]) -> None:
        ids = await self.write.take_ids(customer, len(numbers))
        self._new = set(ids)
        self.made, self.made_numbers = len(numbers), numbers
        profiles: dict[int, dict[str, Any]] = {}
        for id_, number in zip(ids, numbers, strict=True):
            self.ids[number] = id_
            email = {"email": known} if "@" in number and (known := email_of(number)) else {}
            profiles[id_] = {**email, **self._profile(self.drafts[number])}
        await self._drop_taken(profiles)
        await drop_what_may_not_be_given(self.write, {}, profiles)
        rows = [self._row(id_, number, profiles[id_]) for id_, number in zip(ids, numbers, strict=True)]
        await self.write.insert_many(customer, WRITTEN, rows)
        await write_events(self.write, profiles, is_new=True)

    def _row(self, id_: int, number: str, profile: dict[str, Any]) -> tuple[Any, ...]:
        days = [
            draft.moment.business_day
            for draft in self.drafts[number]
            if isinstance(draft, SaleDraft) and draft.counted_from is not None
        ]
        values = {
            **BLANK,
            "id": id_,
            "business_id": self.write.business_id,
            "number": number,
            "created_at": self.write.now,
            "joined_day": min(days, default=self._day_of(self.write.now)),
            "revision": self.write.revision,
            **profile,
        }
        values |= _words({name: values.get(name) for name in (*NAMED, *CONTACTS)})
        return tuple(values.get(name) for name in WRITTEN)

    # ------------------------------------------------------------ stored ones

    def _changes(self, row: Any, profile: dict[str, Any], span: Any) -> dict[str, Any]:
        """What has to be written of a stored customer."""
        wanted = dict(profile)
        if not row.joined_given and "joined_day" not in wanted:
            bought = None if span is None else span.first_day
            wanted["joined_day"] = self._day_of(row.created_at) if bought is None else bought
        return {name: value for name, value in wanted.items() if getattr(row, name) != value}

    async def _update(self, rows: Mapping[int, Any], changes: Mapping[int, dict[str, Any]]) -> None:
        alike: dict[frozenset[str], list[dict[str, Any]]] = {}
        for id_, changed in changes.items():
            if not changed:
                continue
            self.changed.add(id_)
            after = {name: changed.get(name, getattr(rows[id_], name)) for name in (*NAMED, *CONTACTS)}
            words = {} if rows[id_].is_erased else _words(after)
            values = {**changed, **words, **self._following(rows[id_], changed), "revision": self.write.revision}
            alike.setdefault(frozenset(values), []).append({"key": id_, **values})
        for several in alike.values():  # one statement for all whose same columns change
            await self.write.run(update(customer).where(customer.c.id == bindparam("key")), several)

    def _following(self, row: Any, changed: Mapping[str, Any]) -> dict[str, Any]:
        """What else changes of a stored customer: a new contact is not verified, and an edit has its version."""
        following: dict[str, Any] = {}
        for contact in CONTACTS:
            if contact in changed:
                following |= unproven(contact, self.write.now)
        if changed.keys() - {"joined_day"}:  # which follows from sales, and is nobody's edit
            following["version"] = row.version + 1
        return following

    # ------------------------------------------------------------ both

    def _profile(self, drafts: Iterable[Draft]) -> dict[str, Any]:
        """What the rows say of a customer, later facts over earlier ones and sales over refunds."""
        merged: dict[str, Any] = {}
        for draft in sorted(drafts, key=_precedence):
            merged |= {name: value for name, value in zip(self.fields, draft.profile, strict=True) if value is not None}
        return _columns(merged)

    async def _drop_taken(self, profiles: Mapping[int, dict[str, Any]]) -> None:
        """Leave out an e-mail or a phone that another customer has: both are unique in a business."""
        for contact in CONTACTS:
            wanted = {profile[contact] for profile in profiles.values() if profile.get(contact)}
            if not wanted:
                continue
            stored = await self.write.rows(holders_of(contact), values=sorted(wanted))
            holder = {getattr(row, contact): row.id for row in stored}
            for id_, profile in profiles.items():
                value = profile.get(contact)
                if value is not None and holder.setdefault(value, id_) != id_:
                    del profile[contact]
                    self.dropped += 1

    async def _follow_merges(self) -> None:
        """Go on to the customer that is kept, where the one merged into was merged again."""
        while True:
            rows = await self.write.rows(customer_rows(), ids=sorted(set(self.ids.values())))
            onward = {row.id: row.merged_into_id for row in rows if row.merged_into_id is not None}
            if not onward:
                return
            self.ids = {number: onward.get(id_, id_) for number, id_ in self.ids.items()}

    def _day_of(self, instant: datetime) -> int:
        return day_number(instant.astimezone(self.write.zone))


NAMED = ("number", "first_name", "last_name")


def _words(values: Mapping[str, Any]) -> dict[str, str]:
    """The columns that searching and ordering read."""
    name = (values["number"], values["first_name"], values["last_name"])
    return {
        "sort_name": sort_name(*name),
        "search_name": name_words(*name),
        "search_contact": contact_words(values["email"], values["phone"]),
    }


def _precedence(draft: Draft) -> tuple[bool, datetime, str]:
    return isinstance(draft, SaleDraft), draft.moment.instant, draft.number


def _is_latest(drafts: Sequence[Draft], span: Any, refunded: datetime | None) -> bool:
    """Whether the last of these drafts is the latest sale that the customer has, or without any the latest refund."""
    last = max(drafts, key=_precedence)
    if isinstance(last, PersonDraft):
        return True
    if isinstance(last, SaleDraft):
        return span is None or last.moment.instant >= span.latest
    return span is None and (refunded is None or last.moment.instant >= refunded)


def _columns(profile: dict[str, Any]) -> dict[str, Any]:
    """Fields of a mapping as columns of the customer."""
    columns = dict(profile)
    if "customer_name" in columns:
        first, _, last = columns.pop("customer_name").rpartition(" ")
        columns |= {"first_name": first.strip() or last, "last_name": last if first.strip() else None}
    if "customer_type" in columns:
        columns["type"] = columns.pop("customer_type")
    if "joined_on" in columns:
        columns |= {"joined_day": columns.pop("joined_on"), "joined_given": True}
    if "birth_date" in columns:
        columns["birth_date"] = date_of(columns["birth_date"])
    return columns
