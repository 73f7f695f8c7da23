"""Finding the customer that a token of the shop's own portal is for."""

from typing import Any

from sqlalchemy import Select, bindparam, select

from models.customers import customer, external_id
from models.database import Database, scoped
from models.naming import statement
from rules.identities import SUBJECT


@statement
def customer_numbered() -> Select[Any]:
    """The id of the customer of :business with the number :number."""
    return select(customer.c.id).where(scoped(customer), customer.c.number == bindparam("number"))


@statement
def customer_linked_to() -> Select[Any]:
    """The id of the customer of :business who is linked with the :subject, active and not erased."""
    source = external_id.join(customer, customer.c.id == external_id.c.customer_id)
    its = (scoped(external_id), external_id.c.system == SUBJECT, external_id.c.value == bindparam("subject"))
    return select(customer.c.id).select_from(source).where(*its, customer.c.is_active, ~customer.c.is_erased)


async def customer_id_of(database: Database, business_id: int, number: str) -> int | None:
    """The id of the customer with this number, None where the business has none."""
    async with database.reading(business_id) as connection:
        found = await connection.execute(customer_numbered(), {"business": business_id, "number": number})
        return found.scalar_one_or_none()


async def linked_customer_id(database: Database, business_id: int, subject: str) -> int | None:
    """The id of the customer whom the identity provider knows by this subject, None where nobody is linked with it."""
    async with database.reading(business_id) as connection:
        found = await connection.execute(customer_linked_to(), {"business": business_id, "subject": subject})
        return found.scalar_one_or_none()
