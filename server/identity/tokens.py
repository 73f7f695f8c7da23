"""The tokens that the command line gives."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.database import Database
from resolvers.businesses import the_business
from resolvers.operation.viewer import Role, Viewer
from resolvers.portal import customer_id_of
from rules.failures import Failure
from server.identity.auth import token_for
from server.settings import Settings
from server.store import opened

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST = timedelta(days=3660)


class TokenError(Failure):
    """A token that cannot be made; the message says what would be right."""


@dataclass(frozen=True)
class TokenRequest:
    """What a token shall say."""

    business: str | None
    role: Role
    customer_number: str | None
    pii: bool
    lifetime: timedelta
    subject: str


def read_role(text: str) -> Role:
    """A role by its name in any case."""
    try:
        return Role(text.upper())
    except ValueError:
        raise TokenError(f'there is no role "{text}": use one of {", ".join(Role)}') from None


def read_lifetime(text: str) -> timedelta:
    """A lifetime like 12h or 30d."""
    match = re.fullmatch(r"([0-9]{1,6})([smhdw])", text.strip().lower())
    lifetime = timedelta(**{UNITS[match[2]]: int(match[1])}) if match else timedelta(0)
    if not timedelta(0) < lifetime <= LONGEST:
        raise TokenError(f'"{text}" is not a lifetime: use 90s, 45m, 12h, 30d or 4w, at most {LONGEST.days} days')
    return lifetime


async def make(settings: Settings, wanted: TokenRequest, now: datetime) -> str:
    """The token for what is wanted."""
    if wanted.role is Role.CUSTOMER and wanted.customer_number is None:
        raise TokenError("the role CUSTOMER needs --customer with the customer's number")
    if wanted.role is not Role.CUSTOMER and wanted.customer_number is not None:
        raise TokenError(f"--customer goes with --role CUSTOMER alone, not with {wanted.role}")
    async with opened(settings) as database:
        business = await the_business(database, wanted.business)
        customer_id = await _customer(database, business, wanted.customer_number)
    viewer = Viewer(wanted.subject, wanted.role, business.id, customer_id, wanted.pii)
    try:
        return token_for(viewer, settings, now, wanted.lifetime)
    except ValueError as error:
        raise TokenError(str(error)) from None


async def _customer(database: Database, business: Any, number: str | None) -> int | None:
    if number is None:
        return None
    found = await customer_id_of(database, business.id, number)
    if found is None:
        raise TokenError(f'business "{business.name}" has no customer with number {number}')
    return found
