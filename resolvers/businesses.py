"""Making and finding the businesses of a store, and changing their settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from models import Business
from models.businesses import PortalSignIn, Weekday
from models.database import Database, table
from models.loyalty.settings import loyalty_settings
from models.loyalty.tiers import loyalty_tier
from resolvers.codes import mailed_by, ways_out
from resolvers.loyalty.settings import columns_at_first
from resolvers.loyalty.tiers import first_tier_columns
from resolvers.operation.writing import Write
from rules.businesses import checked_settings
from rules.currency import exponent_of
from rules.days import time_zones
from rules.failures import Failure
from rules.problems import Problems
from rules.refusals import NotAllowed, NotAllowedReason
from rules.regions import initial_region

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
    if timezone not in time_zones():
        raise ValueError(f'unknown time zone "{timezone}": use a name like Europe/London or America/New_York')
    exponent = exponent_of(currency)
    found = await _called(database, name)
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
            key = await connection.scalar(select(business.c.id).where(business.c.name == name))
            program = {"business_id": key, "version": 1, "revision": 0}
            settings = insert(loyalty_settings).values({**program, **columns_at_first()})
            await connection.execute(settings.on_conflict_do_nothing())
            tiers = [{**program, **columns} for columns in first_tier_columns()]
            await connection.execute(insert(loyalty_tier).on_conflict_do_nothing(), tiers)
        found = await _called(database, name)
    for setting, wanted in (("currency", currency), ("timezone", timezone)):
        kept = getattr(found, setting)
        if kept != wanted:
            raise ValueError(f'business "{name}" has {setting} {kept}, not {wanted}')
    return found


async def _called(database: Database, name: str) -> Any | None:
    async with database.reading() as connection:
        return (await connection.execute(select(business).where(business.c.name == name))).one_or_none()


# ---------------------------------------------------------------- settings


@dataclass(frozen=True)
class SettingsUpdate:
    """Settings to change, by column; what is absent stays. Without a version they are changed whatever it is.

    `sends_mail` says that codes find a way to customers by mail.
    """

    version: int | None
    given: Mapping[str, Any]
    sends_mail: bool = False

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, given=checked_settings(problems.under("input"), self.given))


@dataclass(frozen=True)
class BusinessSettingsPayload:
    """The settings were changed, or are as they were asked to be."""


async def update_business_settings(write: Write, asked: SettingsUpdate) -> BusinessSettingsPayload:
    """Change settings of the business: StaleVersion, or NotAllowed for codes that have no way out."""
    write.expect(write.business, asked.version)
    needs_codes = asked.given.get("self_registration") or asked.given.get("portal_sign_in") is PortalSignIn.CODE
    if needs_codes and not await ways_out(write, mailed_by(asked.sends_mail)):
        raise NotAllowed(
            "Codes have no way to customers here: set SMTP_URL, without which nobody can register or sign in by code.",
            NotAllowedReason.SWITCHED_OFF,
        )
    await write.update(business, write.business, **asked.given)
    return BusinessSettingsPayload()
