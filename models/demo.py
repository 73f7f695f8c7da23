"""How far a demo shop has been written, and what decides the rest of it."""

from typing import Any

from sqlalchemy import BigInteger, Select, select
from sqlmodel import Field

from models.database import scoped, table
from models.naming import statement
from models.types import Day, Key, Stored


class DemoShop(Stored, table=True):
    """The last step that was written of a demo: some of its customers and a stretch of time.

    Times are seconds on the shop's own wall clock since 1970-01-01.
    """

    business_id: int = Field(primary_key=True, foreign_key="business.id", sa_type=Key)
    customers: int  # when it was first filled
    seed: int = Field(sa_type=BigInteger)
    opened: int = Field(sa_type=Day)
    filled: int = Field(sa_type=Day)
    day: int = Field(sa_type=Day)  # for which the step was asked
    after: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)
    low: int
    high: int
    joined: int  # how many customers there are by then
    revision: int = Field(sa_type=BigInteger)


# ---------------------------------------------------------------- statements

demo_shop = table(DemoShop)


@statement
def demo_shop_of_business() -> Select[Any]:
    """What is kept of the demo that :business is, if it is one."""
    kept = (column for column in demo_shop.c if column.name not in ("business_id", "revision"))
    return select(*kept).where(scoped(demo_shop))
