"""Making and finding the businesses of a store."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from models import Business
from models.businesses import Weekday
from models.database import Database, table
from models.naming import statement
from rules.currency import exponent_of

business = table(Business)


@statement
def business_named() -> Select[Any]:
    """The business called :name."""
    return select(business).where(business.c.name == bindparam("name"))


async def businesses(database: Database) -> list[Any]:
    """Every business of the store, by name."""
    async with database.reading() as connection:
        return list((await connection.execute(select(business).order_by(business.c.name))).all())


async def find_business(database: Database, name: str) -> Any | None:
    """The business with exactly this name, None where there is none."""
    async with database.reading() as connection:
        return (await connection.execute(business_named(), {"name": name})).one_or_none()


async def ensure_business(  # noqa: PLR0913  a business is made of these
    database: Database,
    name: str,
    *,
    currency: str,
    timezone: str,
    now: datetime,
    region: str | None = None,
    week_start: Weekday = Weekday.MONDAY,
) -> Any:
    """The business with this name, made where there is none; ValueError says which setting is impossible or differs."""
    if timezone not in available_timezones():
        raise ValueError(f'unknown time zone "{timezone}": use a name like Europe/London or America/New_York')
    exponent = exponent_of(currency)
    found = await find_business(database, name)
    if found is None:
        made = {
            "name": name,
            "currency": currency,
            "currency_exponent": exponent,
            "timezone": timezone,
            "region": region,
            "week_start": week_start,
            "revision": 0,
            "facts_revision": 0,
            "created_at": now,
            "updated_at": now,
        }
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        async with database.transaction() as connection:  # another process may be making it at this moment
            await connection.execute(insert(business).values(made).on_conflict_do_nothing())
        found = await find_business(database, name)
    for setting, wanted in (("currency", currency), ("timezone", timezone)):
        kept = getattr(found, setting)
        if kept != wanted:
            raise ValueError(f'business "{name}" has {setting} {kept}, not {wanted}')
    return found
