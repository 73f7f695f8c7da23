"""How far the facts of a business go back."""

from sqlalchemy import SelectBase, bindparam, func, select, union_all

from analytics.copy.engine import Engine
from analytics.scope import refund, sale
from models.naming import statement


@statement
def first_facts() -> SelectBase:
    """The days of the first counted sale and of the first refund to :as_of, null where there is none."""
    sold = select(func.min(sale.c.business_day).label("day")).where(
        sale.c.counted_from <= bindparam("as_of"), sale.c.business_day <= bindparam("as_of")
    )
    returned = select(func.min(refund.c.business_day).label("day")).where(refund.c.business_day <= bindparam("as_of"))
    return union_all(sold, returned)


async def first_day(engine: Engine, as_of: int) -> int | None:
    """The day number of the first fact to `as_of`, None where there is none."""
    days = (await engine.fetch(first_facts(), {"as_of": as_of})).column("day").to_pylist()
    return min((day for day in days if day is not None), default=None)
