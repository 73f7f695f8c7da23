"""The business, its settings, and who asks."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from analytics.segmentation import RFMScheme
from models.businesses import PortalSignIn, Weekday
from models.imports import ImportStatus
from resolvers.businesses import BusinessSettingsPayload, SettingsUpdate, update_business_settings
from resolvers.customers import customer_by_id
from resolvers.data_quality import data_quality
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from schema.arguments import Info, about, changes_in, said, to_change
from schema.document.roles import mutations_of
from schema.refusals import InvalidInput, NotAllowed, StaleVersion
from schema.results import registered
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.customers import Customer

strawberry.enum(PortalSignIn, description="How customers sign in to the portal.")
strawberry.enum(ImportStatus, description="How an import ended.")
strawberry.enum(Role, description="What a token may do, each role more than the one before.")


@strawberry.type(description="The last import of a file.")
class ImportedFile:
    """What became of a file's rows."""

    file_name: str = about("The file.", "file")
    preset: str = about("As which system's file it was read, or by which map.")
    status: ImportStatus = about("How it ended; one that crashed stays RUNNING.")
    started_at: datetime = about("When it began.")
    finished_at: datetime | None = about("When it ended; null while it runs, or where it crashed.")
    rows_read: int = about("The rows of the file, each of which is in exactly one of the counts below.")
    rows_written: int = about("Rows that were new.")
    rows_updated: int = about("Rows that changed what was there.")
    rows_unchanged: int = about("Rows that were there already.")
    rows_rejected: int = about(
        "Rows that could not be used; they lie with their reasons in a file beside the imported one."
    )
    error: str | None = about("Why it failed.")


@strawberry.type(description="What is known of the facts of a business, and what is missing in them.")
class DataQuality:
    """What is known of the facts, and what is missing."""

    customers: int = about("All customers, inactive and erased ones too, merged ones as the customer they became.")
    sales: int = about("Counted sales to today.")
    first_business_date: date | None = about("The day of the first counted sale.")
    last_business_date: date | None = about("The day of the last counted sale.")
    anonymous_sales_share: float | None = about("Counted sales without a customer, 0 to 100.")
    cost_coverage: float | None = about("The part of revenue whose cost is known, 0 to 100.")
    unlinked_refunds: int = about("Refunds that name no sale.")

    @strawberry.field(
        description="Customers that share name and birth date, or name, postal code and line 1, with another."
    )
    @staticmethod
    async def possible_duplicates(root: strawberry.Parent[Any]) -> int:
        """Customers that may be one."""
        return await root.possible_duplicates()

    @strawberry.field(description="Rows that the last import of each file could not use.")
    @staticmethod
    async def rejected_rows(root: strawberry.Parent[Any]) -> int:
        """Rows that could not be used."""
        return await root.rejected_rows()

    @strawberry.field(
        description="The last import of each file, newest first, at most 50.", graphql_type=list[ImportedFile]
    )
    @staticmethod
    async def imports(root: strawberry.Parent[Any]) -> Any:
        """The last import of each file."""
        return await root.imports()


@strawberry.type(description="A shop, in whose currency and time zone all answers are.")
class Business:
    """A shop."""

    @strawberry.field(description="The opaque id.")
    @staticmethod
    def id(root: strawberry.Parent[Any]) -> strawberry.ID:
        """The opaque id."""
        return strawberry.ID(global_id("Business", root.id))

    name: str = about("Its name, unique in this installation.")
    currency: str = about("The ISO 4217 code of all money.")
    timezone: str = about("The IANA time zone in which business days are.")
    week_start: Weekday = about("The day on which a week begins.")
    segment_scheme: RFMScheme = about("The scheme that pages, files and filters use where none is chosen.")
    segment_days: int | None = about("The days of its window; null is all history.")
    revision: BigInt = about("The number of the last change that this answer sees.", "dataRevision")
    updated_at: datetime = about("When that change was made.", "dataUpdatedAt")

    @strawberry.field(description="What is known of its facts, and what is missing.", graphql_type=DataQuality)
    @staticmethod
    async def data_quality(info: Info) -> Any:
        """The quality of its data."""
        return await data_quality(info.context)


def _of_default(text: str, default: str) -> str:
    return f"{text} {default} unless set."


@strawberry.type(description="The settings of a business, which MANAGER reads and ADMIN changes.")
class BusinessSettings:
    """The settings of a business."""

    version: int = about("How often they were changed, to be sent along with a change.")
    region: str = about(
        "The country of phone numbers without one, an ISO 3166 code; at first that of the currency or the time zone, "
        "ZZ where neither tells."
    )
    week_start: Weekday = about(_of_default("The day on which a week begins;", "MONDAY"))
    segment_scheme: RFMScheme = about(
        _of_default("The scheme that pages, files and filters use where none is chosen;", "RETAIL")
    )
    segment_days: int | None = about("The days of its window, 1 to 9,999; null is all history, as it is unless set.")
    self_registration: bool = about(_of_default("Whether anybody may register;", "false"))
    confirmed_opt_in: bool = about(_of_default("Whether a consent counts only once the contact is verified;", "false"))
    portal_sign_in: PortalSignIn = about(_of_default("How customers sign in to the portal;", "OFF"))

    @strawberry.field(
        description="The countries besides `region` to whose phone numbers codes go, at most 50; none unless set."
    )
    @staticmethod
    def code_regions(root: strawberry.Parent[Any]) -> list[str]:
        """The countries to which codes go."""
        return root.code_regions.split()

    codes_per_day: int = about(
        _of_default("Past this many codes a business day nothing is sent, 0 to 1,000,000;", "500")
    )

    @strawberry.field(description="How many codes were sent on this business day.")
    @staticmethod
    async def codes_sent_today(root: strawberry.Parent[Any], info: Info) -> int:
        """Codes sent on this day."""
        return root.codes_sent if root.codes_sent_day == (await info.context.business()).today else 0

    erase_after_days: int = about(
        _of_default("Days between a request for erasure and the erasure, 0 to 30, 0 is the next night;", "7")
    )
    contacts_per_week: int | None = about(
        "The most messages of campaigns to one customer a week, 1 to 1,000; null is no cap, as it is unless set."
    )
    global_control_percent: float = about(_of_default("The part of customers whom no campaign targets, 0 to 50;", "0"))
    keep_events_days: int = about(_of_default("Days for which events and deliveries are kept, 7 to 3,650;", "30"))
    keep_audit_months: int | None = about(
        _of_default("Months for which the audit trail is kept, 6 to 1,200, null for ever;", "24")
    )


@strawberry.input(description="Settings to change; what is absent stays.")
class BusinessSettingsInput:
    """Settings to change."""

    version: int = strawberry.field(description="The version that was read.")
    region: str | None = to_change("The country of phone numbers without one, an ISO 3166 code.")
    week_start: Weekday | None = to_change("The day on which a week begins.")
    segment_scheme: RFMScheme | None = to_change("The scheme where none is chosen.")
    segment_days: int | None = to_change("The days of its window; null is all history.")
    self_registration: bool | None = to_change("Whether anybody may register.")
    confirmed_opt_in: bool | None = to_change("Whether a consent counts only once the contact is verified.")
    portal_sign_in: PortalSignIn | None = to_change("How customers sign in to the portal.")
    code_regions: list[str] | None = to_change("The countries besides `region` to whose phone numbers codes go.")
    codes_per_day: int | None = to_change("The most codes a business day.")
    erase_after_days: int | None = to_change("Days between a request for erasure and the erasure.")
    contacts_per_week: int | None = to_change("The most messages to one customer a week; null is no cap.")
    global_control_percent: float | None = to_change("The part of customers whom no campaign targets.")
    keep_events_days: int | None = to_change("Days for which events and deliveries are kept.")
    keep_audit_months: int | None = to_change("Months for which the audit trail is kept; null is for ever.")


async def _settings(info: Info) -> Any:
    return (await info.context.business()).row


registered(
    BusinessSettingsPayload,
    settings=strawberry.field(
        resolver=_settings, description="The settings as they are now.", graphql_type=BusinessSettings
    ),
)
BusinessSettingsResult = Annotated[
    BusinessSettingsPayload | InvalidInput | StaleVersion | NotAllowed,
    strawberry.union("BusinessSettingsResult", description="The settings, or why they were not changed."),
]


@strawberry.type(description="Who asks: what the token says.")
class Viewer:
    """The bearer of the token."""

    subject: str = about("Whom the token was made for.")
    role: Role = about("What it may do.")

    @strawberry.field(description="The names of the mutations that this token may call.")
    @staticmethod
    def mutations(root: strawberry.Parent[Any]) -> list[str]:
        """What it may change."""
        return mutations_of(root)

    @strawberry.field(description="The business that it is for.", graphql_type=Business)
    @staticmethod
    async def business(info: Info) -> Any:
        """The business of the token."""
        return (await info.context.business()).row

    @strawberry.field(
        description="The customer that it belongs to; only for the role CUSTOMER.",
        graphql_type=Optional[Annotated["Customer", strawberry.lazy("schema.customers")]],  # noqa: UP045  a lazy type has no |,
    )
    @staticmethod
    async def customer(root: strawberry.Parent[Any], info: Info) -> Any:
        """The customer of the token."""
        return None if root.customer_id is None else await info.context.load(customer_by_id, root.customer_id)


@strawberry.type
class BusinessesQueries:
    """Who asks, and the settings of the business."""

    @strawberry.field(description="Who asks.", graphql_type=Viewer)
    @staticmethod
    async def viewer(info: Info) -> Any:
        """Who asks."""
        await info.context.business()
        return info.context.viewer

    @strawberry.field(description="The settings of the business.", graphql_type=BusinessSettings)
    @staticmethod
    async def business_settings(info: Info) -> Any:
        """The settings of the business."""
        return await _settings(info)


@strawberry.type
class BusinessesMutations:
    """Changes of the business itself."""

    @strawberry.mutation(description="Changes settings of the business.", graphql_type=BusinessSettingsResult)
    @staticmethod
    async def update_business_settings(
        info: Info, input: Annotated[BusinessSettingsInput, said("What to change.")]
    ) -> Any:
        """Change settings of the business."""
        asked = SettingsUpdate(input.version, changes_in(input, "version"), info.context.services.sends_mail)
        return await info.context.write(update_business_settings, asked)
