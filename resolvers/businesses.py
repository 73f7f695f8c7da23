"""Making and finding the businesses of a store, and changing their settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import available_timezones

from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from models import Business
from models.businesses import PortalSignIn, Weekday
from models.database import Database, table
from models.naming import statement
from resolvers.operation.writing import Write
from rules.businesses import checked_settings
from rules.currency import exponent_of
from rules.problems import Problems
from rules.refusals import NotAllowed, NotAllowedReason
from rules.regions import initial_region

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
            "region": region or initial_region(currency, timezone),
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


# ---------------------------------------------------------------- settings


@dataclass(frozen=True)
class SettingsUpdate:
    """Settings to change, by column; what is absent stays."""

    version: int
    given: Mapping[str, Any]

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, given=checked_settings(problems.under("input"), self.given))


@dataclass(frozen=True)
class BusinessSettingsPayload:
    """The settings were changed, or are as they were asked to be."""


async def update_business_settings(write: Write, asked: SettingsUpdate) -> BusinessSettingsPayload:
    """Change settings of the business: StaleVersion, or NotAllowed for codes that have no way out."""
    await write.update(business, write.business, expected=asked.version, **asked.given)
    if asked.given.get("self_registration") or asked.given.get("portal_sign_in") is PortalSignIn.CODE:
        raise NotAllowed(
            "Codes have no way out to customers here yet: without one, nobody can register or sign in by code.",
            NotAllowedReason.SWITCHED_OFF,
        )
    return BusinessSettingsPayload()
