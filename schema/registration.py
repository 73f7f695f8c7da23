"""Customers who register themselves and confirm their contacts: what anybody may ask for without a token."""

from datetime import date
from typing import Annotated, Any

import strawberry

from resolvers.codes import CodeCaller, CodeSent, business_of, mailed_by, ticket_over, wrong_code
from resolvers.confirming import (
    ConfirmContact,
    ContactConfirmed,
    ResendConfirmation,
    confirm_contact,
    resend_confirmation,
)
from resolvers.operation.ids import key_of
from resolvers.operation.refusing import as_member
from resolvers.registration import RegisterCustomer, register_customer
from rules.consents import ConsentChannel, ConsentGiven, ConsentSource
from schema.arguments import Info, said
from schema.editing import AddressInput
from schema.refusals import Duplicate, InvalidInput
from schema.results import registered

registered(CodeSent)
registered(ContactConfirmed)
RegisterResult = Annotated[
    CodeSent | InvalidInput, strawberry.union("RegisterResult", description="A code is on its way, or why none is.")
]
ConfirmResult = Annotated[
    ContactConfirmed | InvalidInput | Duplicate,
    strawberry.union("ConfirmResult", description="The contact is confirmed, or why it is not."),
]
PROFILE = (
    "first_name", "last_name", "email", "phone", "birth_date", "acquisition_source", "acquisition_campaign",
)  # fmt: skip


@strawberry.input(description="A consent as customers say it of themselves.")
class MyConsentInput:
    """A consent of oneself."""

    channel: ConsentChannel = strawberry.field(description="By which way.")
    given: bool = strawberry.field(description="Whether it is given; else it is withdrawn.")
    wording: str | None = strawberry.field(default=None, description="What the customer agreed to.")

    def plain(self) -> ConsentGiven:
        """The same as resolvers know it."""
        return ConsentGiven(self.channel, self.given, None, ConsentSource.REGISTRATION, self.wording)


@strawberry.input(description="What somebody says in registering: an e-mail, a phone, or both.")
class RegisterCustomerInput:
    """What somebody says in registering."""

    business: strawberry.ID = strawberry.field(description="With which shop.")
    first_name: str = strawberry.field(description="First name.")
    last_name: str | None = strawberry.field(default=None, description="Last name.")
    email: str | None = strawberry.field(default=None, description="E-mail; the first code goes there.")
    phone: str | None = strawberry.field(
        default=None, description="Phone, with its country or as dialled in the business's region."
    )
    birth_date: date | None = strawberry.field(default=None, description="Birth date.")
    address: AddressInput | None = strawberry.field(default=None, description="The postal address.")
    acquisition_source: str | None = strawberry.field(default=None, description="Where the customer came from.")
    acquisition_campaign: str | None = strawberry.field(default=None, description="Which campaign brought it.")
    referral_code: str | None = strawberry.field(
        default=None, description="The code of the customer who referred this one; an unknown one is ignored."
    )
    consents: list[MyConsentInput] | None = strawberry.field(default=None, description="Consents.")


def _registration(input: RegisterCustomerInput, caller: CodeCaller) -> RegisterCustomer:
    held: dict[str, Any] = vars(input)
    given = {name: held[name] for name in PROFILE if held[name] is not None}
    if input.address is not None:
        given["address"] = vars(input.address)
    consents = tuple(consent.plain() for consent in input.consents or ())
    return RegisterCustomer(given, caller, consents, input.referral_code)


def _caller(info: Info) -> CodeCaller:
    context = info.context
    return CodeCaller(context.address, mailed_by(context.services.sends_mail))


@strawberry.type
class RegistrationMutations:
    """What anybody may ask for without a token, where the business allows it."""

    @strawberry.mutation(
        description="Registers a customer, where the business allows it: who is one once a contact is confirmed.",
        graphql_type=RegisterResult,
    )
    @staticmethod
    async def register_customer(
        info: Info, input: Annotated[RegisterCustomerInput, said("Who registers, and where.")]
    ) -> Any:
        """Register a customer."""
        business = key_of(input.business, "Business")
        asked = _registration(input, _caller(info))
        return await info.context.write_publicly(business, register_customer, asked)

    @strawberry.mutation(
        description="Sends a new code with a new ticket; the old one is over.", graphql_type=RegisterResult
    )
    @staticmethod
    async def resend_confirmation(info: Info, ticket: Annotated[str, said("Whose code did not come.")]) -> Any:
        """Send another code."""
        business = business_of(ticket)
        if business is None:
            return as_member(ticket_over())
        asked = ResendConfirmation(ticket, _caller(info))
        return await info.context.write_publicly(business, resend_confirmation, asked)

    @strawberry.mutation(
        description="Confirms a contact of a registration, or one that a customer gave, by the code that came there.",
        graphql_type=ConfirmResult,
    )
    @staticmethod
    async def confirm_contact(
        info: Info,
        ticket: Annotated[str, said("What the code was asked for with.")],
        code: Annotated[str, said("The code; case and blanks do not matter.")],
    ) -> Any:
        """Confirm a contact."""
        business = business_of(ticket)
        if business is None:
            return as_member(wrong_code())
        asked = ConfirmContact(ticket, code, _caller(info))
        return await info.context.write_publicly(business, confirm_contact, asked)
