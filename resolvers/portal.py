"""Finding the customer that a token of the shop's own portal is for."""

from typing import Any

from sqlalchemy import Select, bindparam, select

from models import Customer
from models.database import Database, scoped, table
from models.naming import statement

customer = table(Customer)


@statement
def customer_numbered() -> Select[Any]:
    """The id of the customer of :business with the number :number."""
    return select(customer.c.id).where(scoped(customer), customer.c.number == bindparam("number"))


async def customer_id_of(database: Database, business_id: int, number: str) -> int | None:
    """The id of the customer with this number, None where the business has none."""
    async with database.reading(business_id) as connection:
        found = await connection.execute(customer_numbered(), {"business": business_id, "number": number})
        return found.scalar_one_or_none()
