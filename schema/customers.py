"""A customer: everything about one on one page."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from analytics.calendar import CohortPeriod
from analytics.customers import RevenueBasis
from analytics.prediction.attention import Attention
from analytics.prediction.worth import ChurnRisk
from analytics.segmentation import RFMScheme
from models.customers import CustomerType
from models.listing import CustomerOrder
from models.touchpoints import TouchpointType
from resolvers.affinity import checked_first, recommendations_by_customer
from resolvers.consents import ConsentPage, ConsentState, consent_history_by_customer, consent_states_by_customer
from resolvers.customers import (
    EmailEngagement,
    PurchaseSummary,
    balance_by_customer,
    email_engagement_by_customer,
    external_ids_by_customer,
    find_customer,
    kept_by_id,
    last_activity_by_customer,
    linked_by_customer,
    purchases_by_customer,
    tags_by_customer,
)
from resolvers.duplicates import duplicates_by_customer, refuse_duplicates
from resolvers.lifetime_value.customer import checked_horizon, clv_by_customer
from resolvers.listing import Conditions, ListQuestion, list_customers
from resolvers.loyalty.referring import ReferralSummary, referrals_by_customer
from resolvers.loyalty.shown import membership_by_customer
from resolvers.operation.context import Context
from resolvers.operation.errors import Forbidden
from resolvers.operation.paging import PageArguments
from resolvers.operation.viewer import Role
from resolvers.patterns import patterns_by_customer
from resolvers.periods import asked_period, default_of_patterns
from resolvers.prediction.attention import Standing, attention_by_customer, stake_by_customer
from resolvers.preferences import preferences_by_customer
from resolvers.receivables import owed_by_customer
from resolvers.retention import cohort_by_customer
from resolvers.sales import (
    fact_page,
    refund_count_by_customer,
    refunds_by_customer,
    sale_count_by_customer,
    sales_by_customer,
    with_count,
)
from resolvers.segmentation.rfm import checked_days, rfm_by_customer
from resolvers.timeline import timeline_by_customer, timeline_page
from resolvers.touchpoints import touchpoint_page_of_each, touchpoints_by_customer
from rules.consents import ConsentChannel
from rules.preferences import PreferenceType
from rules.timeline import TimelineKind
from schema.affinity import Recommendation
from schema.arguments import (
    After,
    AsOf,
    Basis,
    Before,
    DateRange,
    DayRange,
    Days,
    DecimalRange,
    ExternalIdInput,
    First,
    IncludeInactive,
    Info,
    IntRange,
    Last,
    PeriodArg,
    Scheme,
    about,
    given,
    said,
)
from schema.connections import Words, connection
from schema.consents import ConsentEventConnection
from schema.execution.lookups import arguments_of, looked_up
from schema.exports import export_url_with_columns
from schema.lifetime_value import CLV, Horizon
from schema.loyalty.membership import LoyaltyMembership
from schema.nodes import Node
from schema.of_customer import customer_of
from schema.patterns import PurchasePatterns
from schema.preferences import Preference, PreferenceFilter
from schema.results import has_other_name, registered
from schema.retention import Cohort
from schema.sales import RefundConnection, SaleConnection
from schema.scalars import BigInt
from schema.segmentation.rfm import RFMScore
from schema.timeline import TimelineConnection
from schema.touchpoints import TouchpointConnection

strawberry.enum(
    CustomerOrder,
    description="The order of a list of customers; NAME ascends, the others descend, who has no such value last. "
    "AVERAGE_ORDER is NET revenue per order, EXPECTED_REVENUE that of the 365 days after `asOf`.",
)
strawberry.enum(
    Attention,
    description="Whom to call. LEAVING: P(alive) from 0.2 to 0.8, and the last purchase is longer ago than usual for "
    "this customer. LOST: P(alive) below 0.2.",
)


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

    referrer: Any = customer_of("The customer who referred this one.", key="referrer_id", may_be_null=True)


registered(EmailEngagement)


registered(PurchaseSummary)


registered(ReferralSummary, points_earned=about("The points of bonuses that it had for that.", type_=BigInt))


if TYPE_CHECKING:
    from schema.duplicates import DuplicateCandidate


async def _day(context: Context, as_of: date | None) -> int:
    return (await context.business()).as_of(as_of)[0]


def _standing(row: Any) -> Standing:
    return Standing(row.id, row.is_active, row.is_erased)


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

    @strawberry.field(description="By which ways the customer may be written to.", graphql_type=Consents)
    @staticmethod
    def consents(root: strawberry.Parent[Any]) -> Any:
        """The consents that stand."""
        return root

    @strawberry.field(description="How the customer was won.", graphql_type=Acquisition)
    @staticmethod
    def acquisition(root: strawberry.Parent[Any]) -> Any:
        """How the customer was won."""
        return root

    external_ids: Any = looked_up(external_ids_by_customer, list[ExternalId], "Identifiers in other systems.")
    outstanding_balance: Any = looked_up(
        balance_by_customer,
        Decimal,
        "What the customer owes: opening balance and unpaid rests less unallocated payments.",
        finish=lambda _context, _key, _arguments, balance: balance.outstanding_balance,
    )

    @arguments_of(
        owed_by_customer, Decimal, "What the customer owes on sales at the end of a day, as in receivablesAging."
    )
    @staticmethod
    async def owed(context: Context, as_of: AsOf = None) -> Any:
        """The day."""
        return await _day(context, as_of)

    credit_utilization: Any = looked_up(
        balance_by_customer,
        float | None,
        "The balance in percent of the credit limit; null without a limit.",
        finish=lambda _context, _key, _arguments, balance: balance.credit_utilization,
    )
    tags: Any = looked_up(tags_by_customer, list[str], "Words that staff put on the customer.")
    email_engagement: Any = looked_up(
        email_engagement_by_customer, EmailEngagement, "How the customer answers e-mails."
    )

    @arguments_of(purchases_by_customer, PurchaseSummary, "What the customer bought up to a day.")
    @staticmethod
    async def purchases(context: Context, as_of: AsOf = None, revenue_basis: Basis = RevenueBasis.NET) -> Any:
        """The day and the basis."""
        if revenue_basis is RevenueBasis.MARGIN and context.viewer.role is Role.CUSTOMER:
            raise Forbidden("the basis MARGIN is for staff: it tells what the shop earns")
        return await _day(context, as_of), revenue_basis

    @arguments_of(
        sales_by_customer,
        SaleConnection,
        "The customer's sales, newest first, whatever their status.",
        finish=with_count(sale_count_by_customer),
    )
    @staticmethod
    async def sales(
        _context: Context,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        period: PeriodArg = None,
    ) -> Any:
        """The period and the page."""
        return fact_page(period, PageArguments(first, after, last, before))

    @arguments_of(
        refunds_by_customer,
        RefundConnection,
        "What was paid back to the customer, newest first.",
        finish=with_count(refund_count_by_customer),
    )
    @staticmethod
    async def refunds(_context: Context, first: First = None, after: After = None, period: PeriodArg = None) -> Any:
        """The period and the page."""
        return fact_page(period, PageArguments(first, after))

    @arguments_of(
        rfm_by_customer,
        RFMScore | None,
        "The scores among all customers that are scored; null without a purchase in the window.",
    )
    @staticmethod
    async def rfm(
        context: Context,
        scheme: Scheme = RFMScheme.POS,
        days: Days = 90,
        as_of: AsOf = None,
        include_inactive: IncludeInactive = False,
    ) -> Any:
        """The scheme, the window, the day and among whom."""
        return scheme, checked_days(days), await _day(context, as_of), include_inactive

    @arguments_of(
        cohort_by_customer, Cohort | None, "The customers who first bought when this one did; null without a purchase."
    )
    @staticmethod
    async def cohort(
        context: Context,
        period: Annotated[CohortPeriod, said("The calendar unit.")] = CohortPeriod.MONTH,
        as_of: AsOf = None,
    ) -> Any:
        """The unit and the day."""
        return period, await _day(context, as_of)

    @arguments_of(
        clv_by_customer,
        CLV | None,
        "What the customer was worth up to a day, NET of all storefronts; null without a counted sale.",
    )
    @staticmethod
    async def clv(context: Context, as_of: AsOf = None, horizon_days: Horizon = 365) -> Any:
        """The day and the horizon."""
        return await _day(context, as_of), checked_horizon(horizon_days)

    @arguments_of(
        stake_by_customer,
        Decimal | None,
        "What is lost if the customer leaves: revenue of the year ahead, if it stays, times the chance that it is "
        "gone; null without a model, without a counted sale, and where it is gone all but certainly.",
    )
    @staticmethod
    async def at_stake(context: Context, as_of: AsOf = None) -> Any:
        """The day."""
        return await _day(context, as_of)

    @arguments_of(
        attention_by_customer,
        Attention | None,
        "Which attention the customer needs; null where none is needed, without a model, and of inactive ones.",
        key=_standing,
    )
    @staticmethod
    async def attention(context: Context, as_of: AsOf = None) -> Any:
        """The day."""
        return await _day(context, as_of)

    @arguments_of(patterns_by_customer, PurchasePatterns, "When, how often, how much, what and how the customer buys.")
    @staticmethod
    async def patterns(
        context: Context,
        period: Annotated[DateRange | None, said("The period; the 90 days to today unless given.")] = None,
    ) -> Any:
        """The period, with what a reader should know of it."""
        asked, notices = await asked_period(context, period, default_of_patterns)
        return asked, tuple(notices)

    @arguments_of(
        recommendations_by_customer,
        list[Recommendation],
        "Categories that the customer has not bought yet: those that go best with what it bought, of all history.",
    )
    @staticmethod
    async def recommendations(
        _context: Context, first: Annotated[int, said("How many at most, 1 to 1,000.")] = 5
    ) -> Any:
        """How many."""
        return checked_first(first)

    version: int = about("A counter of its changes, to send along with the next.")
    is_linked: Any = looked_up(
        linked_by_customer, bool, "Whether a subject of the identity provider is linked, so that it can sign in."
    )
    opening_balance: Decimal = about("What was owed, or where negative held for it, before the first sale here.")
    last_activity_at: Any = looked_up(
        last_activity_by_customer,
        datetime | None,
        "The latest counted sale, payment or contact in which it took part; null where there is none.",
    )
    merged_into: Any = looked_up(
        kept_by_id,
        Optional[Annotated["Customer", strawberry.lazy("schema.customers")]],  # noqa: UP045  a lazy type has no |
        "The customer that is kept in the end, where this record was merged.",
        key="merged_into_id",
    )
    consent_states: Any = looked_up(
        consent_states_by_customer, list[ConsentState], "What stands for each way of writing to the customer."
    )

    @arguments_of(preferences_by_customer, list[Preference], "What the customer prefers, by type and key.")
    @staticmethod
    async def preferences(
        _context: Context, type: Annotated[PreferenceType | None, said("Only those of this type.")] = None
    ) -> Any:
        """The type."""
        return type

    @arguments_of(consent_history_by_customer, ConsentEventConnection, "What was said of consents, the latest first.")
    @staticmethod
    async def consent_history(
        _context: Context,
        first: First = None,
        after: After = None,
        channel: Annotated[ConsentChannel | None, said("Only those of this way.")] = None,
    ) -> Any:
        """The channel and the page."""
        return ConsentPage(channel, PageArguments(first, after))

    @arguments_of(
        duplicates_by_customer,
        list[Annotated["DuplicateCandidate", strawberry.lazy("schema.duplicates")]],
        "Who may be the same person: as the last search found, and who has the same name; at most 20, the likeliest "
        "first. For STAFF.",
    )
    @staticmethod
    async def duplicates(context: Context) -> Any:
        """Nothing but who asks."""
        return refuse_duplicates(context)

    @arguments_of(
        timeline_by_customer,
        TimelineConnection,
        "Everything that happened, newest first: the customer's page in one list.",
    )
    @staticmethod
    async def timeline(
        context: Context,
        first: First = None,
        after: After = None,
        kinds: Annotated[list[TimelineKind] | None, said("Only events of these kinds.")] = None,
        period: PeriodArg = None,
    ) -> Any:
        """The kinds, the period and the page."""
        days = None if period is None else period.plain()
        return await timeline_page(context, kinds, days, PageArguments(first, after))

    loyalty: Any = looked_up(
        membership_by_customer,
        LoyaltyMembership | None,
        "Its membership of the loyalty program; null where it never was a member.",
    )
    referral_code: Any = looked_up(
        membership_by_customer,
        str | None,
        "What it gives to those whom it brings; null where it never was a member.",
        finish=lambda _context, _key, _arguments, member: None if member is None else member.row.referral_code,
    )
    referrals: Any = looked_up(
        referrals_by_customer,
        ReferralSummary | None,
        "What came of its referrals; null where it never was a member.",
    )

    @arguments_of(touchpoints_by_customer, TouchpointConnection, "Contacts with the customer, newest first.")
    @staticmethod
    async def touchpoints(
        context: Context,
        first: First = None,
        after: After = None,
        type: Annotated[TouchpointType | None, said("Only contacts of this kind.")] = None,
        as_of: Annotated[date | None, said("Only contacts up to this day, inclusive; all unless given.")] = None,
    ) -> Any:
        """The kind, the day and the page."""
        to = None if as_of is None else await _day(context, as_of)
        return touchpoint_page_of_each(type, to, PageArguments(first, after))


CustomerConnection = connection(
    Customer, Words("A page of customers.", "customer"), exported_by=export_url_with_columns()
)


@strawberry.input(one_of=True, description="One customer, by exactly one of these.")
class CustomerBy:
    """One customer, by exactly one of these."""

    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The opaque id.")
    number: str | None = strawberry.field(default=strawberry.UNSET, description="The shop's number.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="The e-mail, in any case.")
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="The phone, with country code or as dialled in the business's region."
    )
    external_id: ExternalIdInput | None = strawberry.field(
        default=strawberry.UNSET, description="The identifier in another system; needs the pii claim."
    )
    subject: str | None = strawberry.field(
        default=strawberry.UNSET, description="The linked subject of the identity provider; needs the pii claim."
    )


@strawberry.input(description="Which customers; what is given must all hold.")
class CustomerFilter:
    """Which customers."""

    search: str | None = strawberry.field(
        default=None,
        description="Words that each begin a word of name or number, or with the pii claim of e-mail or phone; with "
        "it a phone number too, however it is written, or its last four digits or more.",
    )
    type: CustomerType | None = strawberry.field(default=None, description="Retail or wholesale.")
    is_active: bool | None = strawberry.field(default=None, description="Whether the shop still serves them.")
    is_verified: bool | None = strawberry.field(default=None, description="Whether a contact was confirmed.")
    city: str | None = strawberry.field(
        default=None, description="In this city, in whatever letters; needs the pii claim."
    )
    country: str | None = strawberry.field(
        default=None, description="In this country, in whatever letters; needs the pii claim."
    )
    tags: list[str] | None = strawberry.field(default=None, description="With all of these tags, in whatever letters.")
    acquisition_source: str | None = strawberry.field(
        default=None, description="Won from this source, in whatever letters."
    )
    joined: DateRange | None = strawberry.field(default=None, description="Joined in this period.")
    last_purchase: DateRange | None = strawberry.field(
        default=None, description="Whose last purchase up to `asOf` is in this period."
    )
    revenue: DecimalRange | None = strawberry.field(
        default=None, description="Whose NET revenue up to `asOf` is in this range."
    )
    total_spent: DecimalRange | None = strawberry.field(
        default=None, description="The same as `revenue`.", deprecation_reason=has_other_name("revenue")
    )
    rfm_segment: str | None = strawberry.field(
        default=None,
        description="In this segment by code or name, at `asOf`: of `scheme`, over `days`, which are those of the "
        "business's settings unless given.",
    )
    scheme: RFMScheme | None = strawberry.field(
        default=None, description="The scheme of `rfmSegment`; that of the settings unless given."
    )
    days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The days of the window of `rfmSegment`; null is all history, those of the settings unless given.",
    )
    include_inactive: bool = strawberry.field(
        default=False, description="Whether `rfmSegment` is among customers that are not active too."
    )
    churn_risk: ChurnRisk | None = strawberry.field(
        default=None, description="With this risk of having left at `asOf`; refused while there is no model."
    )
    attention: Attention | None = strawberry.field(
        default=None, description="Active ones who need this attention at `asOf`; refused while there is no model."
    )
    storefront: strawberry.ID | None = strawberry.field(
        default=None, description="Who bought at this storefront, up to `asOf`."
    )
    days_since_last_purchase: DayRange | None = strawberry.field(
        default=None, description="Whose last purchase is so many days before `asOf`."
    )
    balance: DecimalRange | None = strawberry.field(
        default=None, description="Who owes an amount in this range today; refused with an earlier `asOf`."
    )
    expected_revenue: DecimalRange | None = strawberry.field(
        default=None,
        description="Whose predicted revenue of the 365 days after `asOf` is in this range; refused while there is no "
        "model.",
    )
    gender: str | None = strawberry.field(
        default=None, description="Of this gender, in whatever letters; needs the pii claim."
    )
    orders: IntRange | None = strawberry.field(default=None, description="With so many counted sales up to `asOf`.")
    consent: ConsentChannel | None = strawberry.field(default=None, description="Whom this channel may contact.")
    preference: PreferenceFilter | None = strawberry.field(default=None, description="Who prefers this.")


def _conditions(asked: CustomerFilter | None) -> Conditions:
    """What is given; `days` that are null are all history, and those of the settings where they are absent."""
    names = given(asked)
    if not names.pop("include_inactive", False):
        return Conditions(**names, all_history=_is_all_history(asked))
    return Conditions(**names, all_history=_is_all_history(asked), include_inactive=True)


def _is_all_history(asked: CustomerFilter | None) -> bool | None:
    return True if asked is not None and asked.days is None else None


@strawberry.type
class CustomersQueries:
    """One customer, or a list of them."""

    @strawberry.field(description="One customer; null where the business has none.", graphql_type=Customer | None)
    @staticmethod
    async def customer(info: Info, by: Annotated[CustomerBy, said("By exactly one of these.")]) -> Any:
        """One customer by any key."""
        return await find_customer(info.context, given(by))

    @strawberry.field(
        description="Customers of the business, without erased and merged ones.", graphql_type=CustomerConnection
    )
    @staticmethod
    async def customers(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[CustomerFilter | None, said("Which customers.")] = None,
        order_by: Annotated[CustomerOrder | None, said("Their order; NEWEST unless given.")] = None,
        as_of: AsOf = None,
    ) -> Any:
        """A list of customers."""
        order = order_by or CustomerOrder.NEWEST
        question = ListQuestion(_conditions(filter), order, as_of)
        return await list_customers(info.context, question, PageArguments(first, after, last, before))
