"""The places and sites where a business sells."""

from sqlalchemy import BigInteger, SelectBase, UniqueConstraint, select, type_coerce
from sqlmodel import Field

from models.database import scoped, table
from models.naming import statement
from models.types import GlobalId, Stored, primary_key, reference


class Storefront(Stored, table=True):
    """A place or site where the business sells."""

    __table_args__ = (UniqueConstraint("business_id", "name", name="storefront_name"),)

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    name: str = Field(max_length=200)
    is_active: bool = True
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

storefront = table(Storefront)


@statement
def storefronts_of_business() -> SelectBase:
    """The storefronts of :business by name."""
    shown = (storefront.c.id, storefront.c.name, storefront.c.is_active)
    return (
        select(*shown, type_coerce(storefront.c.id, GlobalId("Storefront")).label("global_id"))
        .where(scoped(storefront))
        .order_by(storefront.c.name, storefront.c.id)
    )
