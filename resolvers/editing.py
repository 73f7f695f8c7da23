"""Customers made, changed, vouched for and linked by staff."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from models.consents import consent_event
from models.customers import customer, customer_tag, external_id, external_id_rows
from resolvers.consents import Said, check_fitting, event_row, flags_of, new_consents
from resolvers.identities import (
    add_external_ids,
    customer_named,
    free_number,
    refuse_taken,
    refuse_taken_external,
    replace_external_ids,
    touched,
)
from resolvers.loyalty.joining import join_at_registration
from resolvers.loyalty.referring import note_late_referrer
from resolvers.operation.writing import Write, small
from resolvers.payloads import CustomerPayload
from resolvers.preferences import put_preferences
from resolvers.profiles import (
    CONTACTS,
    change_profile,
    columns_of,
    contacts_taken,
    insert_customer,
    joined_on,
    joining,
    proof_of,
    refuse_referrer,
    refuse_what_is_a_managers,
)
from rules.consents import ConsentGiven, checked_consents
from rules.customers import checked_profile, checked_tags
from rules.identities import LONGEST_NUMBER, LONGEST_VALUE, SUBJECT, ExternalIdPair, checked_external_ids
from rules.preferences import PreferenceSaid, checked_preferences
from rules.problems import Problems, optional_text
from rules.refusals import InputProblemCode

INPUT = ("input",)


@dataclass(frozen=True)
class CreateCustomer:
    """A customer to make; `given` are the fields of its profile that were given."""

    given: Mapping[str, Any]
    number: str | None = None
    external_ids: tuple[ExternalIdPair, ...] = ()
    consents: tuple[ConsentGiven, ...] = ()
    preferences: tuple[PreferenceSaid, ...] = ()
    tags: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()  # of email and phone

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under("input")
        return replace(
            self,
            number=optional_text(inside, "number", self.number, longest=LONGEST_NUMBER),
            external_ids=checked_external_ids(inside, "externalIds", self.external_ids),
            given=checked_profile(inside, self.given),
            consents=checked_consents(inside, "consents", self.consents),
            preferences=checked_preferences(inside, "preferences", self.preferences),
            tags=checked_tags(inside, "tags", self.tags),
        )


@dataclass(frozen=True)
class UpdateCustomer:
    """Fields to change of a customer; what is absent stays, null clears, a list replaces."""

    customer_id: int
    version: int | None
    given: Mapping[str, Any]
    external_ids: tuple[ExternalIdPair, ...] | None = None

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside, pairs = problems.under("input"), self.external_ids
        checked = None if pairs is None else checked_external_ids(inside, "externalIds", pairs)
        return replace(self, given=checked_profile(inside, self.given), external_ids=checked)


@dataclass(frozen=True)
class VerifyCustomer:
    """Which contacts of a customer staff vouch for, or no longer; None leaves it."""

    customer_id: int
    email: bool | None
    phone: bool | None

    def checked(self, problems: Problems) -> Self:
        """The same, where it says anything."""
        if self.email is None and self.phone is None:
            problems.add("email", InputProblemCode.REQUIRED, "Say which contact is verified: email, phone or both.")
        return self


@dataclass(frozen=True)
class LinkCustomer:
    """The identity provider's subject of a customer; None unlinks it."""

    customer_id: int
    subject: str | None

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, subject=optional_text(problems, "subject", self.subject, longest=LONGEST_VALUE))


# ---------------------------------------------------------------- the operations


@small
async def create_customer(write: Write, asked: CreateCustomer) -> CustomerPayload:
    """Make a customer."""
    await refuse_referrer(write, asked.given.get("referrer"))
    given = {name: value for name, value in asked.given.items() if value is not None}
    refuse_what_is_a_managers(write, given)
    problems = Problems(INPUT)
    columns = await columns_of(write, problems, given)
    await _refuse_all_taken(write, asked, columns)
    check_fitting(problems.under("consents"), asked.consents, columns, write)
    for name in asked.verified:
        _check_contact(problems, f"is{name.capitalize()}Verified", columns.get(name))
    problems.raise_if_any()
    id_ = await made_customer(write, asked, columns)
    await join_at_registration(write, id_)
    return CustomerPayload(id_)


async def made_customer(write: Write, asked: CreateCustomer, columns: Mapping[str, Any], *, raises: bool = True) -> int:
    """Write a new customer with all that it comes with; what refuses it came before.

    Without `raises` no consent is given for a contact whose owner before withdrew it.
    """
    said: Said = {}
    new = await new_consents(write, said, columns, asked.consents, raises=raises)
    proofs = {f"is_{name}_verified": True for name in asked.verified}
    proofs |= {f"{name}_verified_at": write.now for name in asked.verified}
    number = asked.number or await free_number(write)
    joined = joined_on(asked.given.get("joined_on"))
    id_ = await insert_customer(write, {**columns, **joined, **proofs, **flags_of(said), "number": number})
    for one in new:
        await write.insert(consent_event, **event_row(write, id_, one))
    await add_external_ids(write, id_, asked.external_ids)
    for tag in asked.tags:
        await write.insert(customer_tag, customer_id=id_, tag=tag)
    await put_preferences(write, id_, asked.preferences)
    write.tell("customer.created", id_)
    return id_


@small
async def update_customer(write: Write, asked: UpdateCustomer) -> CustomerPayload:
    """Change fields of a customer."""
    row = await customer_named(write, asked.customer_id, ("id",))
    write.expect(row, asked.version)
    await refuse_referrer(write, asked.given.get("referrer"), of=row.id)
    refuse_what_is_a_managers(write, asked.given)
    problems = Problems(INPUT)
    columns = await columns_of(write, problems, asked.given)
    taken = await contacts_taken(write, row, columns)
    await refuse_taken_external(write, asked.external_ids or (), but=row.id)
    problems.raise_if_any()
    await note_late_referrer(write, row, asked.given.get("referrer"))
    is_changed = await change_profile(write, row, {**columns, **await joining(write, asked.given, row)}, taken)
    pairs = asked.external_ids
    has_other_ids = pairs is not None and await replace_external_ids(write, row.id, pairs)
    if has_other_ids and not is_changed:
        await touched(write, row)
    if is_changed or has_other_ids:
        write.tell("customer.updated", row.id)
    return CustomerPayload(row.id)


@small
async def verify_customer(write: Write, asked: VerifyCustomer) -> CustomerPayload:
    """Say that contacts of a customer are verified, or are not."""
    row = await customer_named(write, asked.customer_id, ("id",))
    problems, values = Problems(), dict[str, Any]()
    for name in CONTACTS:
        if getattr(asked, name):
            _check_contact(problems, name, getattr(row, name))
        if getattr(asked, name) is not None:
            values |= proof_of(write, row, name, verified=getattr(asked, name))
    problems.raise_if_any()
    if await write.update(customer, row, **values):
        write.tell("customer.verified" if asked.email or asked.phone else "customer.updated", row.id)
    return CustomerPayload(row.id)


@small
async def link_customer(write: Write, asked: LinkCustomer) -> CustomerPayload:
    """Link a customer with a subject of the identity provider, so that it can sign in to the portal."""
    row = await customer_named(write, asked.customer_id, ("id",))
    linked = [(SUBJECT, asked.subject)] if asked.subject is not None else []
    await refuse_taken_external(write, linked, but=row.id)
    rows = await write.rows(external_id_rows(), ids=[row.id])
    gone = [one for one in rows if one.system == SUBJECT and one.value != asked.subject]
    for one in gone:
        await write.delete(external_id, one)
    if await add_external_ids(write, row.id, linked) or gone:
        await touched(write, row)
        write.tell("customer.updated", row.id)
    return CustomerPayload(row.id)


# ---------------------------------------------------------------- details


async def _refuse_all_taken(write: Write, asked: CreateCustomer, columns: Mapping[str, Any]) -> None:
    await refuse_taken(write, "number", asked.number)
    for name in CONTACTS:
        await refuse_taken(write, name, columns.get(name))
    await refuse_taken_external(write, asked.external_ids)


def _check_contact(problems: Problems, name: str, contact: str | None) -> None:
    if contact is None:
        problems.add(name, InputProblemCode.REQUIRED, "There is no such contact that could be verified: give it first.")
