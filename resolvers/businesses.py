"""Making and finding the businesses of a store."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from models import Business
from models.businesses import Weekday
from models.database import Database, table
from rules.currency import exponent_of
from rules.failures import Failure

business = table(Business)


async def businesses(database: Database) -> list[Any]:
    """Every business of the store, by name."""
    async with database.reading() as connection:
        return list((await connection.execute(select(business).order_by(business.c.name))).all())


class UnknownBusiness(Failure):
    """No business is meant by what was said, or it could be several; the message says which there are."""


async def find_business(database: Database, said: str) -> Any | None:
    """The business with exactly this name, else the one with this id; None where there is none."""
    rows = await businesses(database)
    called = [row for row in rows if row.name == said]
    numbered = [row for row in rows if str(row.id) == said]
    return next(iter((*called, *numbered)), None)


async def the_business(database: Database, said: str | None) -> Any:
    """The business with exactly this name or this id, the only one where nothing is said; else UnknownBusiness."""
    found = None if said is None else await find_business(database, said)
    if found is not None:
        return found
    rows = await businesses(database)
    if not rows:
        raise UnknownBusiness("there is no business yet: import a file, or run python main.py demo")
    if said is None and len(rows) == 1:
        return rows[0]
    names = ", ".join(f'"{row.name}"' for row in rows)
    if said is None:
        raise UnknownBusiness(f"--business is needed where there are several: {names}")
    raise UnknownBusiness(f'there is no business "{said}", only {names}')


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
    found = await _called(database, name)
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
        found = await _called(database, name)
    for setting, wanted in (("currency", currency), ("timezone", timezone)):
        kept = getattr(found, setting)
        if kept != wanted:
            raise ValueError(f'business "{name}" has {setting} {kept}, not {wanted}')
    return found


async def _called(database: Database, name: str) -> Any | None:
    async with database.reading() as connection:
        return (await connection.execute(select(business).where(business.c.name == name))).one_or_none()
