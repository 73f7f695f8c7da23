"""Customers who register themselves: nobody is one before a code has proven a contact."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import update

from models.codes import CodePurpose, ContactKind, pending_registration, registration_with_id
from models.customers import customer, customer_rows
from resolvers.codes import (
    CodeCaller,
    CodeFor,
    CodeSent,
    ContactProven,
    keep,
    send_code,
    send_code_unless_limited,
    ways_out,
)
from resolvers.consents import check_fitting, say_consents
from resolvers.editing import CreateCustomer, made_customer
from resolvers.identities import Holder, holder_of, kept_one
from resolvers.loyalty.joining import join_at_registration
from resolvers.loyalty.referring import referrer_by_code
from resolvers.operation.errors import NotOpen
from resolvers.operation.writing import Write
from resolvers.profiles import change_profile, columns_of, proof_of
from rules.codes import check_ways
from rules.consents import CONTACTS, ConsentGiven, own_consents
from rules.customers import LONGEST, checked_profile
from rules.problems import Problems, optional_text, required_text
from rules.refusals import Duplicate
from rules.registration import (
    KEPT,
    LONGEST_REFERRAL_CODE,
    as_given,
    columns_given,
    consents_given,
    contacts_given,
    referral_code_given,
)

KINDS: Mapping[str, ContactKind] = {"email": ContactKind.EMAIL, "phone": ContactKind.PHONE}
COLUMNS: Mapping[ContactKind, str] = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True)
class RegisterCustomer:
    """What somebody says in registering, and from where."""

    given: Mapping[str, Any]
    caller: CodeCaller
    consents: tuple[ConsentGiven, ...] = ()
    referral_code: str | None = None

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under("input")
        name = required_text(inside, "firstName", self.given.get("first_name"), longest=LONGEST["first_name"])
        others = {key: value for key, value in self.given.items() if key != "first_name"}
        checked = {"first_name": name, **checked_profile(inside, others)}
        contacts_given(inside, self.given)
        referral = optional_text(inside, "referralCode", self.referral_code, longest=LONGEST_REFERRAL_CODE)
        consents = own_consents(inside, "consents", self.consents)
        return replace(self, given=checked, consents=consents, referral_code=referral)


async def register_customer(write: Write, asked: RegisterCustomer) -> CodeSent:
    """Keep what somebody says of themselves, and send a code to the e-mail, else the phone."""
    ways = await ways_out(write, asked.caller.mailed)
    if not (write.business.self_registration and ways):
        raise NotOpen
    problems = Problems(("input",))
    columns = await columns_of(write, problems, asked.given)
    email, phone = columns.get("email"), columns.get("phone")
    check_ways(problems, phone, regions_of(write), reaches_phones=ContactKind.PHONE in ways)
    check_fitting(problems.under("consents"), asked.consents, columns, write)
    problems.raise_if_any()
    id_ = await keep(
        write,
        pending_registration,
        customer_id=None,
        given=as_given(columns, asked.consents, asked.referral_code),
        email=email,
        phone=phone,
        registered_at=write.now,
        expires_at=write.now + KEPT,
    )
    name = "email" if email is not None else "phone"
    return await send_code(write, asked.caller, _code_for(id_, name, columns[name]))


def regions_of(write: Write) -> list[str]:
    """The countries to whose phone numbers codes of a business go."""
    return [region for region in (write.business.region, *write.business.code_regions.split()) if region]


def may_register(write: Write) -> bool:
    """Whether the business lets customers register themselves."""
    return write.business.self_registration


def _code_for(registration_id: int, name: str, contact: str) -> CodeFor:
    return CodeFor(CodePurpose.REGISTRATION, KINDS[name], contact, registration_id)


# ---------------------------------------------------------------- what a proven contact makes


async def proven_registration(write: Write, ticket: Any, caller: CodeCaller) -> ContactProven | None:
    """Let a contact of a registration be proven, and send a code to the other one; None where it opens nothing.

    The first one makes the customer, or finds it. Who is not active any more is not found by anybody.
    """
    (row,) = await write.rows(registration_with_id(), id=ticket.registration_id)
    name, is_first = COLUMNS[ticket.contact_kind], row.customer_id is None
    prove = _first_proven if is_first else _other_proven
    customer_id = await prove(write, row, name, ticket.contact)
    if customer_id is None:
        return None
    mine = (pending_registration.c.business_id == write.business_id, pending_registration.c.id == row.id)
    await write.connection.execute(update(pending_registration).where(*mine).values(customer_id=customer_id))
    other = next((name for name, kind in KINDS.items() if kind is not ticket.contact_kind and getattr(row, name)), None)
    if not is_first or other is None or KINDS[other] not in await ways_out(write, caller.mailed):
        return ContactProven()
    following = _code_for(row.id, other, getattr(row, other))
    return ContactProven(await send_code_unless_limited(write, caller, following))


async def _first_proven(write: Write, row: Any, name: str, contact: str) -> int | None:
    holder = await holder_of(write, name, contact)
    if holder is None:
        return await _made(write, row, name, contact)
    found = await stored_customer(write, holder.finds)
    if not found.is_active:
        return None
    if holder.id == found.id:  # else it is a merged record's: the kept one's contacts stay
        await prove_contact(write, found, name)
    await _say_consents(write, row, found.id, name, is_first=True)
    await join_at_registration(write, found.id)
    return found.id


async def _made(write: Write, row: Any, name: str, contact: str) -> int:
    consents = consents_given(row.given, name, is_first=True)
    referrer_id = await referrer_by_code(write, referral_code_given(row.given))
    columns = {**columns_given(row.given), name: contact, "referrer_id": referrer_id}
    id_ = await made_customer(write, CreateCustomer({}, consents=consents, verified=(name,)), columns)
    await join_at_registration(write, id_)
    return id_


async def _other_proven(write: Write, row: Any, name: str, contact: str) -> int | None:
    found = await stored_customer(write, await kept_one(write, row.customer_id))
    holder = await holder_of(write, name, contact)
    owner = found if holder is None or holder.finds == found.id else await stored_customer(write, holder.finds)
    if not (found.is_active and owner.is_active):
        return None
    if owner.id != found.id:
        raise Duplicate(name, contact, None)
    if getattr(found, name) is None:
        found = await _given_contact(write, found, name, contact, holder)
    if getattr(found, name) == contact:  # else it has another one, and its fields stay
        await prove_contact(write, found, name)
        await _say_consents(write, row, found.id, name, is_first=False)
    return found.id


async def _given_contact(write: Write, found: Any, name: str, contact: str, holder: Holder | None) -> Any:
    taken = {} if holder is None else {name: holder}
    await change_profile(write, found, {name: contact}, taken)
    return await stored_customer(write, found.id)


async def _say_consents(write: Write, row: Any, customer_id: int, name: str, *, is_first: bool) -> None:
    found = await stored_customer(write, customer_id)
    said = consents_given(row.given, name, is_first=is_first)
    fitting = [
        consent
        for consent in said
        if not consent.given or consent.channel not in CONTACTS or getattr(found, CONTACTS[consent.channel])
    ]
    await say_consents(write, found, fitting)


async def prove_contact(write: Write, found: Any, name: str) -> None:
    """Let a contact of a customer be verified."""
    if await write.update(customer, found, **proof_of(write, found, name, verified=True)):
        write.tell("customer.verified", found.id)


async def stored_customer(write: Write, id_: int) -> Any:
    """The row of a customer as it is now."""
    (row,) = await write.rows(customer_rows(), ids=[id_])
    return row
