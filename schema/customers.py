"""A customer: everything about one on one page."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Optional

import strawberry

from analytics.customers import RevenueBasis
from analytics.segments import RFMScheme
from models.customers import CustomerType
from models.listing import CustomerOrder
from models.touchpoints import TouchpointType
from resolvers.context import Context
from resolvers.customers import (
    balance_by_customer,
    customer_by_id,
    email_engagement_by_customer,
    external_ids_by_customer,
    purchases_by_customer,
    tags_by_customer,
)
from resolvers.paging import PageArguments
from resolvers.rfm import checked_days, rfm_by_customer
from resolvers.sales import refunds_of, sales_of
from resolvers.touchpoints import touchpoints_of
from schema.arguments import (
    After,
    AsOf,
    Basis,
    Before,
    DateRange,
    Days,
    DecimalRange,
    First,
    Info,
    Last,
    Period,
    Scheme,
    about,
    said,
)
from schema.nodes import Node, OfPage, edges_of
from schema.rfm import RFMScore
from schema.sales import RefundConnection, SaleConnection
from schema.touchpoints import TouchpointConnection

strawberry.enum(CustomerType, description="Who buys: people for themselves, or businesses that sell on.")
strawberry.enum(CustomerOrder, description="The order of a list of customers; NAME ascends, the others descend.")
strawberry.enum(RevenueBasis, description="What revenue is: sale totals, totals less refunds, or known profit.")


@strawberry.type(description="The same customer's identifier in another system.")
class ExternalId:
    """An identifier in another system."""

    system: str = about("The other system.")
    value: str = about("The identifier there.")


@strawberry.type(description="A postal address; personal data.")
class Address:
    """A postal address."""

    line1: str | None = about("Street and house.")
    line2: str | None = about("What else finds the door.")
    city: str | None = about("City.")
    state: str | None = about("State, province or region.")
    postal_code: str | None = about("Postal code.")
    country: str | None = about("Country, as the source writes it.")


@strawberry.type(description="By which ways a customer may be written to.")
class Consents:
    """The consents that stand."""

    consent_email: bool = about("By e-mail.", "email")
    consent_sms: bool = about("By text message.", "sms")
    consent_push: bool = about("By push message.", "push")


@strawberry.type(description="How a customer was won.")
class Acquisition:
    """How a customer was won."""

    acquisition_source: str | None = about("Where the customer came from.", "source")
    acquisition_campaign: str | None = about("Which campaign brought the customer.", "campaign")

    @strawberry.field(
        description="The customer who referred this one.",
        graphql_type=Optional[Annotated["Customer", strawberry.lazy("schema.customers")]],  # noqa: UP045  a lazy type has no |,
    )
    @staticmethod
    async def referrer(root: strawberry.Parent[Any], info: Info) -> Any:
        """Who referred."""
        return None if root.referrer_id is None else await info.context.load(customer_by_id, root.referrer_id)


@strawberry.type(description="How a customer answers e-mails; rates in percent of those delivered.")
class EmailEngagement:
    """How a customer answers e-mails."""

    open_rate: float | None = about("How many were opened, 0 to 100; null where none was delivered.")
    click_rate: float | None = about("How many were clicked, 0 to 100; null where none was delivered.")
    last_opened_at: datetime | None = about("The last e-mail that was opened.")
    last_clicked_at: datetime | None = about("The last e-mail that was clicked.")


@strawberry.type(description="What a customer bought up to a day.")
class PurchaseSummary:
    """What a customer bought up to a day."""

    orders: int = about("Counted sales.")
    revenue: Decimal = about("On the asked basis.")
    refunded: Decimal = about("All that was paid back, for sales or without one.")
    profit: Decimal | None = about(
        "Of the lines whose cost is known, less its refunded share; null where none is known."
    )
    average_order_value: Decimal | None = about("Revenue per order; null without an order.")
    first_purchase_date: date | None = about("The day of the first purchase.")
    last_purchase_date: date | None = about("The day of the last purchase.")
    days_since_last_purchase: int | None = about("Days from the last purchase to `asOf`.")


async def _day(context: Context, as_of: date | None) -> int:
    return (await context.business()).as_of(as_of)[0]


@strawberry.type(description="A customer. E-mail, phone, address, birth date and notes need the pii claim.")
class Customer(Node):
    """A customer."""

    number: str = about("The shop's number of the customer.")
    type: CustomerType = about("Retail or wholesale.")
    name: str = about("First and last name, else the number.")
    first_name: str | None = about("First name.")
    last_name: str | None = about("Last name.")
    email: str | None = about("E-mail; personal data.")
    phone: str | None = about("Phone as +country and number; personal data.")
    birth_date: date | None = about("Birth date; personal data.")
    gender: str | None = about("Gender, as the customer gave it.")
    is_active: bool = about("Whether the shop still serves the customer.")
    is_email_verified: bool = about("Whether the e-mail was confirmed.")
    is_phone_verified: bool = about("Whether the phone was confirmed.")
    is_verified: bool = about("Whether at least one contact was confirmed.")
    created_at: datetime = about("When the record was made.")
    joined_day: date = about("The given date, else the first purchase, else the creation.", "joinedOn")
    credit_limit: Decimal = about("How much the customer may owe.")
    notes: str | None = about("What staff wrote about the customer; personal data.")

    @strawberry.field(description="The postal address; personal data.", graphql_type=Address | None)
    @staticmethod
    def address(root: strawberry.Parent[Any]) -> Any:
        """The address, None where no part of it is known."""
        parts = (root.line1, root.line2, root.city, root.state, root.postal_code, root.country)
        return root if any(part is not None for part in parts) else None

    @strawberry.field(description="Identifiers in other systems.", graphql_type=list[ExternalId])
    @staticmethod
    async def external_ids(root: strawberry.Parent[Any], info: Info) -> Any:
        """Identifiers in other systems."""
        return await info.context.load(external_ids_by_customer, root.id)

    @strawberry.field(description="What the customer owes: opening balance and unpaid rests less unallocated payments.")
    @staticmethod
    async def outstanding_balance(root: strawberry.Parent[Any], info: Info) -> Decimal:
        """What the customer owes."""
        return (await info.context.load(balance_by_customer, root.id)).outstanding_balance

    @strawberry.field(description="The balance in percent of the credit limit; null without a limit.")
    @staticmethod
    async def credit_utilization(root: strawberry.Parent[Any], info: Info) -> float | None:
        """The used part of the credit limit."""
        return (await info.context.load(balance_by_customer, root.id)).credit_utilization

    @strawberry.field(description="By which ways the customer may be written to.", graphql_type=Consents)
    @staticmethod
    def consents(root: strawberry.Parent[Any]) -> Any:
        """The consents that stand."""
        return root

    @strawberry.field(description="Words that staff put on the customer.")
    @staticmethod
    async def tags(root: strawberry.Parent[Any], info: Info) -> list[str]:
        """The tags."""
        return await info.context.load(tags_by_customer, root.id)

    @strawberry.field(description="How the customer was won.", graphql_type=Acquisition)
    @staticmethod
    def acquisition(root: strawberry.Parent[Any]) -> Any:
        """How the customer was won."""
        return root

    @strawberry.field(description="How the customer answers e-mails.", graphql_type=EmailEngagement)
    @staticmethod
    async def email_engagement(root: strawberry.Parent[Any], info: Info) -> Any:
        """How the customer answers e-mails."""
        return await info.context.load(email_engagement_by_customer, root.id)

    @strawberry.field(description="What the customer bought up to a day.", graphql_type=PurchaseSummary)
    @staticmethod
    async def purchases(
        root: strawberry.Parent[Any], info: Info, as_of: AsOf = None, revenue_basis: Basis = RevenueBasis.NET
    ) -> Any:
        """What the customer bought."""
        day = await _day(info.context, as_of)
        return await info.context.load(purchases_by_customer, root.id, (day, revenue_basis))

    @strawberry.field(
        description="The customer's sales, newest first, whatever their status.", graphql_type=SaleConnection
    )
    @staticmethod
    async def sales(
        root: strawberry.Parent[Any],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        period: Period = None,
    ) -> Any:
        """The customer's sales."""
        return await sales_of(info.context, root.id, period, PageArguments(first, after, last, before))

    @strawberry.field(description="What was paid back to the customer, newest first.", graphql_type=RefundConnection)
    @staticmethod
    async def refunds(
        root: strawberry.Parent[Any],
        info: Info,
        first: First = None,
        after: After = None,
        period: Period = None,
    ) -> Any:
        """The customer's refunds."""
        return await refunds_of(info.context, root.id, period, PageArguments(first, after))

    @strawberry.field(
        description="The scores among all customers, inactive ones too; null without a purchase in the window.",
        graphql_type=RFMScore | None,
    )
    @staticmethod
    async def rfm(
        root: strawberry.Parent[Any],
        info: Info,
        scheme: Scheme = RFMScheme.POS,
        days: Days = 90,
        as_of: AsOf = None,
    ) -> Any:
        """The customer's scores."""
        day = await _day(info.context, as_of)
        return await info.context.load(rfm_by_customer, root.id, (scheme, checked_days(days), day))

    @strawberry.field(description="Contacts with the customer, newest first.", graphql_type=TouchpointConnection)
    @staticmethod
    async def touchpoints(
        root: strawberry.Parent[Any],
        info: Info,
        first: First = None,
        after: After = None,
        type: Annotated[TouchpointType | None, said("Only contacts of this kind.")] = None,
    ) -> Any:
        """Contacts with the customer."""
        return await touchpoints_of(info.context, root.id, type, PageArguments(first, after))


@strawberry.type(description="A customer of a list with its cursor.")
class CustomerEdge:
    """A customer with its cursor."""

    cursor: str = about("Its place in the list.")
    node: Customer = about("The customer.")


@strawberry.type(description="A page of customers.")
class CustomerConnection(OfPage):
    """A page of customers."""

    nodes: list[Customer] = about("The customers of this page.")

    @strawberry.field(description="The customers of this page with their cursors.", graphql_type=list[CustomerEdge])
    @staticmethod
    def edges(root: strawberry.Parent[Any]) -> Any:
        """The customers with their cursors."""
        return edges_of(root)

    @strawberry.field(description="How many customers the whole list has.")
    @staticmethod
    async def total_count(root: strawberry.Parent[Any]) -> int:
        """The size of the list."""
        return await root.count()


@strawberry.input(one_of=True, description="One customer, by exactly one of these.")
class CustomerBy:
    """One customer, by exactly one of these."""

    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The opaque id.")
    number: str | None = strawberry.field(default=strawberry.UNSET, description="The shop's number.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="The e-mail, in any case.")
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="The phone, with country code or as dialled in the business's region."
    )


@strawberry.input(description="Which customers; what is given must all hold.")
class CustomerFilter:
    """Which customers."""

    search: str | None = strawberry.field(
        default=None,
        description="Words that each begin a word of name or number, or with the pii claim of e-mail or phone.",
    )
    type: CustomerType | None = strawberry.field(default=None, description="Retail or wholesale.")
    is_active: bool | None = strawberry.field(default=None, description="Whether the shop still serves them.")
    is_verified: bool | None = strawberry.field(default=None, description="Whether a contact was confirmed.")
    city: str | None = strawberry.field(default=None, description="In this city, as written; needs the pii claim.")
    country: str | None = strawberry.field(
        default=None, description="In this country, as written; needs the pii claim."
    )
    tags: list[str] | None = strawberry.field(default=None, description="With all of these tags.")
    acquisition_source: str | None = strawberry.field(default=None, description="Won from this source.")
    joined: DateRange | None = strawberry.field(default=None, description="Joined in this period.")
    last_purchase: DateRange | None = strawberry.field(
        default=None, description="Whose last purchase up to `asOf` is in this period."
    )
    total_spent: DecimalRange | None = strawberry.field(
        default=None, description="Whose NET revenue up to `asOf` is in this range."
    )
    rfm_segment: str | None = strawberry.field(
        default=None, description="In this segment of scheme RETAIL by code or name, over all history to `asOf`."
    )
