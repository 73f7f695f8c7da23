"""The business, its storefronts, and who asks."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from models.businesses import Weekday
from resolvers.customers import customer_by_id
from resolvers.data_quality import data_quality
from resolvers.operation.ids import global_id
from resolvers.operation.viewer import Role
from resolvers.storefronts import list_storefronts
from schema.arguments import Info, about
from schema.nodes import Node
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.customers import Customer

strawberry.enum(Weekday, description="A day of the week.")
strawberry.enum(Role, description="What a token may do, each role more than the one before.")


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
    revision: BigInt = about("The number of the last change that this answer sees.", "dataRevision")
    updated_at: datetime = about("When that change was made.", "dataUpdatedAt")

    @strawberry.field(description="What is known of its facts, and what is missing.", graphql_type=DataQuality)
    @staticmethod
    async def data_quality(info: Info) -> Any:
        """The quality of its data."""
        return await data_quality(info.context)


@strawberry.type(description="A place or site where the business sells.")
class Storefront(Node):
    """A place or site where the business sells."""

    name: str = about("Its name.")
    is_active: bool = about("Whether it still sells.")


@strawberry.type(description="Who asks: what the token says.")
class Viewer:
    """The bearer of the token."""

    subject: str = about("Whom the token was made for.")
    role: Role = about("What it may do.")

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
    """Who asks, and the places where the business sells."""

    @strawberry.field(description="Who asks.", graphql_type=Viewer)
    @staticmethod
    async def viewer(info: Info) -> Any:
        """Who asks."""
        await info.context.business()
        return info.context.viewer

    @strawberry.field(description="The storefronts of the business by name.", graphql_type=list[Storefront])
    @staticmethod
    async def storefronts(info: Info) -> Any:
        """The storefronts of the business."""
        return await list_storefronts(info.context)
