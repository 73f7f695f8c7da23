"""The record of a customer as writes bring it about: its columns, and what follows from them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from models.customers import CustomerType, customer, customer_rows, joining_moved
from models.sales import first_purchases_of
from resolvers.identities import Holder, customer_named, refuse_taken
from resolvers.operation.writing import Write
from rules.amounts import minor_units
from rules.contacts import OF_CONTACT, contact_words, name_words, sort_name, unproven
from rules.customers import AMOUNTS, OF_MANAGERS, past_day, phone_in
from rules.days import day_number
from rules.problems import Problems
from rules.refusals import NotAllowed, NotAllowedReason
from rules.words import in_contract

CONTACTS = ("email", "phone")
FOUND_BY = ("number", "first_name", "last_name", "email", "phone")
BLANK: Mapping[str, Any] = {
    "type": CustomerType.RETAIL,
    "is_active": True,
    "is_email_verified": False,
    "is_phone_verified": False,
    "joined_given": False,
    "credit_limit": 0,
    "opening_balance": 0,
    "consent_email": False,
    "consent_sms": False,
    "consent_push": False,
    "is_erased": False,
    "version": 1,
    "access_version": 1,
}


def refuse_what_is_a_managers(write: Write, given: Mapping[str, Any]) -> None:
    """NotAllowed where STAFF says what a manager sets."""
    named = [in_contract(name) for name in given if name in OF_MANAGERS]
    if named and not write.actor.may_manage:
        raise NotAllowed(f"A manager sets {' and '.join(named)}: leave it out.", NotAllowedReason.NEEDS_MANAGER)


async def columns_of(write: Write, problems: Problems, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of what was given; what only the store can tell of it is told. `joined_on` is for `joining`."""
    columns = {name: value for name, value in given.items() if name not in ("joined_on", "referrer")}
    for name in AMOUNTS:
        if name in columns:
            columns[name] = minor_units(problems, in_contract(name), columns[name], write.exponent)
    phone = columns.get("phone")
    if phone is not None and not phone.startswith("+"):
        columns["phone"] = phone_in(problems, phone, write.business.region)
    for name in ("birth_date", "joined_on"):
        past_day(problems, in_contract(name), given.get(name), write.today)
    if "referrer" in given:
        columns["referrer_id"] = given["referrer"]
    return columns


async def joining(write: Write, given: Mapping[str, Any], row: Any) -> dict[str, Any]:
    """The day of joining that was given; cleared it is the first purchase, else the creation."""
    if "joined_on" not in given:
        return {}
    if given["joined_on"] is not None:
        return joined_on(given["joined_on"])
    bought = await write.rows(first_purchases_of(), ids=[row.id])
    created = day_number(row.created_at.astimezone(write.zone).date())
    return {"joined_given": False, "joined_day": bought[0].first_day if bought else created}


async def join_by_sales(write: Write, ids: Iterable[int | None]) -> None:
    """Let customers whose sales changed have joined with the first of them, unless the day was given: nobody's edit."""
    for row in await write.rows(customer_rows(), ids=[id_ for id_ in ids if id_ is not None]):
        day = None if row.joined_given else (await joining(write, {"joined_on": None}, row))["joined_day"]
        if day is not None and day != row.joined_day:
            moved = {"business": write.business_id, "joined_id": row.id, "day": day, "new_revision": write.revision}
            await write.run(joining_moved(), [moved])


def joined_on(day: date | None) -> dict[str, Any]:
    """The columns of a day of joining that was given."""
    return {} if day is None else {"joined_given": True, "joined_day": day_number(day)}


async def refuse_referrer(write: Write, referrer_id: int | None, of: int | None = None) -> None:
    """NotFound or NotAllowed where a customer cannot be who referred; CYCLE where the chain comes back to `of`."""
    if referrer_id is None:
        return
    row = await customer_named(write, referrer_id, ("input", "referrer"))
    while row.referrer_id is not None and row.id != of:
        (row,) = await write.rows(customer_rows(), ids=[row.referrer_id])
    if row.id == of:
        raise NotAllowed("A customer is not referred by itself, nor by those it referred.", NotAllowedReason.CYCLE)


def proof_of(write: Write, row: Any, name: str, *, verified: bool) -> dict[str, Any]:
    """What a proof, or a word of staff, changes of a contact; what bounced since is reached again."""
    flag, moment, bounced = f"is_{name}_verified", f"{name}_verified_at", f"{name}_bounced_at"
    if not verified:
        return {flag: False, moment: None}
    is_proven = getattr(row, flag) and getattr(row, bounced) is None
    return {} if is_proven else {flag: True, moment: write.now, bounced: None}


def words_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The columns that searching and ordering read."""
    name = (values["number"], values["first_name"], values["last_name"])
    return {
        "sort_name": sort_name(*name),
        "search_name": name_words(*name),
        "search_contact": contact_words(values["email"], values["phone"]),
    }


# ---------------------------------------------------------------- writing it


async def insert_customer(write: Write, columns: Mapping[str, Any]) -> int:
    """Write a new record."""
    today = day_number(write.today)
    values = {**dict.fromkeys(FOUND_BY), **BLANK, "created_at": write.now, "joined_day": today, **columns}
    return await write.insert(customer, **values, **words_of(values))


async def contacts_taken(write: Write, row: Any, columns: Mapping[str, Any]) -> dict[str, Holder]:
    """The records merged into a customer that have the contacts it is to have; Duplicate where others have them."""
    taken: dict[str, Holder] = {}
    for name in CONTACTS:
        if columns.get(name) is not None and columns[name] != getattr(row, name):
            holder = await refuse_taken(write, name, columns[name], but=row.id)
            if holder is not None:
                taken[name] = holder
    return taken


async def change_profile(write: Write, row: Any, columns: Mapping[str, Any], taken: Mapping[str, Holder]) -> bool:
    """Bring a record to these columns: a new contact is not verified, one of a merged record changes places."""
    values = dict(columns)
    given_up: dict[int, dict[str, Any]] = {}
    for name in CONTACTS:
        if name in taken:
            values |= await _taken_from(write, taken[name].id, name)
            given_up.setdefault(taken[name].id, {}).update({c: getattr(row, c) for c in OF_CONTACT[name]})
        elif name in columns and columns[name] != getattr(row, name):
            values |= unproven(name, write.now) | {c: columns[c] for c in OF_CONTACT[name] if c in columns}
    after = {name: values.get(name, getattr(row, name)) for name in FOUND_BY}
    is_changed = await write.update(customer, row, **values, **words_of(after))
    for id_, contacts in given_up.items():
        await _give(write, id_, contacts)
    return is_changed


async def _taken_from(write: Write, id_: int, name: str) -> dict[str, Any]:
    """Take a contact from a merged record, with what is known of it."""
    (row,) = await write.rows(customer_rows(), ids=[id_])
    known = {column: getattr(row, column) for column in OF_CONTACT[name]}
    await write.update(customer, row, **{name: None})
    return known


async def _give(write: Write, id_: int, contacts: Mapping[str, Any]) -> None:
    (row,) = await write.rows(customer_rows(), ids=[id_])
    after = {name: contacts.get(name, getattr(row, name)) for name in FOUND_BY}
    await write.update(customer, row, **contacts, **words_of(after))
