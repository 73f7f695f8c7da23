"""Customers made, changed, vouched for and linked."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry
from strawberry.types.unset import UNSET

from models.customers import CustomerType
from resolvers.editing import (
    CreateCustomer,
    LinkCustomer,
    UpdateCustomer,
    VerifyCustomer,
    create_customer,
    link_customer,
    update_customer,
    verify_customer,
)
from resolvers.operation.actor import UsedFor
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import key_of
from resolvers.upserting import UpsertCustomer, upsert_customer
from schema.arguments import ExternalIdInput, Info, said, to_change
from schema.consents import ConsentInput
from schema.customer_results import CreateCustomerResult, CustomerResult, UpsertCustomerResult
from schema.preferences import PreferenceInput

MOST_INPUTS = 500
PROFILE = (
    "type", "first_name", "last_name", "email", "phone", "birth_date", "gender", "address", "credit_limit",
    "opening_balance", "joined_on", "acquisition_source", "acquisition_campaign", "referrer", "notes",
)  # fmt: skip


def _maybe(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.input(description="A postal address.")
class AddressInput:
    """A postal address."""

    line1: str | None = _maybe("Street and house.")
    line2: str | None = _maybe("What else finds the door.")
    city: str | None = _maybe("City.")
    state: str | None = _maybe("State, province or region.")
    postal_code: str | None = _maybe("Postal code.")
    country: str | None = _maybe("Country.")


@strawberry.input(description="A customer to make. A manager sets creditLimit and openingBalance.")
class CreateCustomerInput:
    """A customer to make."""

    idempotency_key: str | None = _maybe("Asking again with the same key makes nothing twice; kept for 30 days.")
    number: str | None = _maybe("The shop's number; one is given unless this is.")
    external_ids: list[ExternalIdInput] | None = _maybe("Identifiers in other systems.")
    type: CustomerType = strawberry.field(default=CustomerType.RETAIL, description="Retail or wholesale.")
    first_name: str | None = _maybe("First name.")
    last_name: str | None = _maybe("Last name.")
    email: str | None = _maybe("E-mail; no other customer's.")
    phone: str | None = _maybe("Phone, with its country or as dialled in the business's region; no other customer's.")
    birth_date: date | None = _maybe("Birth date.")
    gender: str | None = _maybe("Gender, as the customer gives it.")
    address: AddressInput | None = _maybe("The postal address.")
    credit_limit: Decimal | None = _maybe("How much the customer may owe.")
    opening_balance: Decimal | None = _maybe("What was owed before the first sale here.")
    joined_on: date | None = _maybe("Since when; the first purchase or else today unless given.")
    acquisition_source: str | None = _maybe("Where the customer came from.")
    acquisition_campaign: str | None = _maybe("Which campaign brought the customer.")
    referrer: strawberry.ID | None = _maybe("The customer who referred this one.")
    consents: list[ConsentInput] | None = _maybe("Consents that were given or withdrawn.")
    preferences: list[PreferenceInput] | None = _maybe("What the customer prefers.")
    tags: list[str] | None = _maybe("Words that staff put on the customer.")
    notes: str | None = _maybe("What staff wrote about the customer.")
    is_email_verified: bool = strawberry.field(default=False, description="Whether staff vouch for the e-mail.")
    is_phone_verified: bool = strawberry.field(default=False, description="Whether staff vouch for the phone.")


@strawberry.input(
    description="A customer to find or make: found by the first that is given of externalIds, number, email and phone."
    " Absent: unchanged; null or blank: cleared; lists add."
)
class UpsertCustomerInput:
    """A customer to find or make."""

    external_ids: list[ExternalIdInput] | None = to_change("Identifiers in other systems.")
    number: str | None = to_change("The shop's number; given only to a new customer.")
    type: CustomerType | None = to_change("Retail or wholesale.")
    first_name: str | None = to_change("First name.")
    last_name: str | None = to_change("Last name.")
    email: str | None = to_change("E-mail.")
    phone: str | None = to_change("Phone.")
    birth_date: date | None = to_change("Birth date.")
    gender: str | None = to_change("Gender, as the customer gives it.")
    address: AddressInput | None = to_change("The postal address, as a whole.")
    credit_limit: Decimal | None = to_change("How much the customer may owe.")
    joined_on: date | None = to_change("Since when.")
    acquisition_source: str | None = to_change("Where the customer came from.")
    acquisition_campaign: str | None = to_change("Which campaign brought the customer.")
    consents: list[ConsentInput] | None = to_change("Consents; none gives what was withdrawn.")
    preferences: list[PreferenceInput] | None = to_change("What the customer prefers, by key.")
    add_tags: list[str] | None = to_change("Words to put on the customer.")
    notes: str | None = to_change("What staff wrote about the customer.")


@strawberry.input(
    description="Fields of a customer to change. Absent: unchanged; null or blank: cleared; a list replaces, so does an"
    " address."
)
class UpdateCustomerInput:
    """Fields of a customer to change."""

    version: int | None = to_change("The version that was read: another is StaleVersion.")
    type: CustomerType | None = to_change("Retail or wholesale.")
    first_name: str | None = to_change("First name.")
    last_name: str | None = to_change("Last name.")
    email: str | None = to_change("E-mail; another one is not verified.")
    phone: str | None = to_change("Phone; another one is not verified.")
    birth_date: date | None = to_change("Birth date.")
    gender: str | None = to_change("Gender, as the customer gives it.")
    address: AddressInput | None = to_change("The postal address, as a whole.")
    credit_limit: Decimal | None = to_change("How much the customer may owe; a manager's to set.")
    opening_balance: Decimal | None = to_change("What was owed before the first sale here; a manager's to set.")
    joined_on: date | None = to_change("Since when; null is the first purchase, else the creation.")
    acquisition_source: str | None = to_change("Where the customer came from.")
    acquisition_campaign: str | None = to_change("Which campaign brought the customer.")
    referrer: strawberry.ID | None = to_change("The customer who referred this one.")
    external_ids: list[ExternalIdInput] | None = to_change("Identifiers in other systems; those that there were go.")
    notes: str | None = to_change("What staff wrote about the customer.")


# ---------------------------------------------------------------- as resolvers know them


def _profile(input: object) -> dict[str, Any]:
    held: dict[str, Any] = vars(input)
    profile = {name: held[name] for name in PROFILE if held.get(name, UNSET) is not UNSET}
    address = profile.get("address")
    if isinstance(address, AddressInput):
        profile["address"] = vars(address)
    if profile.get("referrer") is not None:
        profile["referrer"] = key_of(profile["referrer"], "Customer")
    return profile


def _many(items: Any) -> tuple[Any, ...]:
    """The items of a list as resolvers know them; what is absent or null is none."""
    return tuple(item if isinstance(item, str) else item.plain() for item in items or ())


def _creation(input: CreateCustomerInput) -> CreateCustomer:
    verified = {"email": input.is_email_verified, "phone": input.is_phone_verified}
    return CreateCustomer(
        given={name: value for name, value in _profile(input).items() if value is not None},
        number=input.number,
        external_ids=_many(input.external_ids),
        consents=_many(input.consents),
        preferences=_many(input.preferences),
        tags=_many(input.tags),
        verified=tuple(name for name, is_verified in verified.items() if is_verified),
    )


def _update(id_: str, input: UpdateCustomerInput) -> UpdateCustomer:
    pairs = None if input.external_ids is UNSET else _many(input.external_ids)
    version = None if input.version is UNSET else input.version
    return UpdateCustomer(key_of(id_, "Customer"), version, _profile(input), pairs)


def _upsert(place: int, input: UpsertCustomerInput) -> UpsertCustomer:
    return UpsertCustomer(
        place=place,
        given=_profile(input),
        number=input.number or None,
        external_ids=_many(input.external_ids),
        consents=_many(input.consents),
        preferences=_many(input.preferences),
        tags=_many(input.add_tags),
    )


# ---------------------------------------------------------------- mutations


@strawberry.type
class EditingMutations:
    """Making and changing customers."""

    @strawberry.mutation(description="Makes a customer.", graphql_type=CreateCustomerResult)
    @staticmethod
    async def create_customer(info: Info, input: Annotated[CreateCustomerInput, said("The customer.")]) -> Any:
        """Make a customer."""
        key, path = input.idempotency_key, ("input", "idempotencyKey")
        used = None if key is None else UsedFor(key, "customer", path)
        return await info.context.write(create_customer, _creation(input), used)

    @strawberry.mutation(
        description="Finds or makes customers, at most 500; each is a transaction of its own, answered in its place.",
        graphql_type=list[UpsertCustomerResult],
    )
    @staticmethod
    async def upsert_customers(info: Info, inputs: Annotated[list[UpsertCustomerInput], said("The customers.")]) -> Any:
        """Find or make customers."""
        if len(inputs) > MOST_INPUTS:
            raise BadUserInput(f"`inputs` may hold up to {MOST_INPUTS}, not {len(inputs):,}")
        asked = [(_upsert(place, input), None) for place, input in enumerate(inputs)]
        return await info.context.write_each(upsert_customer, asked)

    @strawberry.mutation(description="Changes fields of a customer.", graphql_type=CustomerResult)
    @staticmethod
    async def update_customer(
        info: Info,
        id: Annotated[strawberry.ID, said("Which customer.")],
        input: Annotated[UpdateCustomerInput, said("What to change.")],
    ) -> Any:
        """Change fields of a customer."""
        return await info.context.write(update_customer, _update(id, input))

    @strawberry.mutation(
        description="Staff vouch for a contact, or with false no longer do.", graphql_type=CustomerResult
    )
    @staticmethod
    async def verify_customer(
        info: Info,
        id: Annotated[strawberry.ID, said("Which customer.")],
        email: Annotated[bool | None, said("Whether the e-mail is verified.")] = None,
        phone: Annotated[bool | None, said("Whether the phone is verified.")] = None,
    ) -> Any:
        """Vouch for a contact."""
        return await info.context.write(verify_customer, VerifyCustomer(key_of(id, "Customer"), email, phone))

    @strawberry.mutation(
        description="Links a customer with a subject of the identity provider; null unlinks.",
        graphql_type=CustomerResult,
    )
    @staticmethod
    async def link_customer(
        info: Info,
        id: Annotated[strawberry.ID, said("Which customer.")],
        subject: Annotated[str | None, said("The subject that the provider's tokens have.")] = None,
    ) -> Any:
        """Link a customer with a subject."""
        return await info.context.write(link_customer, LinkCustomer(key_of(id, "Customer"), subject))
