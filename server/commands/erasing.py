"""The command `erase`: a customer at once, or everybody whose erasure was asked for and is due."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import typer
from sqlalchemy import Select

from models.customers import customer_id_by, names_of
from models.database import Database
from resolvers.businesses import businesses, the_business
from resolvers.erasure import EraseCustomer, ErasePlan, ErasureTried, erase_customer, erase_due
from resolvers.operation.writing import writing
from resolvers.payloads import MovedCount
from rules.failures import Failure
from rules.refusals import Refusal
from server.commands.actor import COMMAND_LINE
from server.settings import Settings
from server.store import opened


class NotErased(Failure):
    """Somebody who cannot be erased, or is not there; the message says why."""


@dataclass(frozen=True)
class ErasureWanted:
    """Whom to erase: the customer with a number, or whoever is due; None is the only business, or all of them."""

    business: str | None
    number: str | None
    is_due: bool
    dry_run: bool


async def erase(settings: Settings, wanted: ErasureWanted) -> None:
    """Erase, and say what that was; NotErased where somebody is in the way of it."""
    if wanted.is_due == (wanted.number is not None) or (wanted.is_due and wanted.dry_run):
        raise NotErased("say whom: --customer NUMBER, with --dry-run for what it comes to, or --due alone")
    async with opened(settings) as database:
        if wanted.number is None:
            everywhere = wanted.business is None
            chosen = await businesses(database) if everywhere else [await the_business(database, wanted.business)]
            for business in chosen:
                await _erase_due(database, business)
        else:
            business = await the_business(database, wanted.business)
            _tell(wanted.number, await _erase_one(database, business, wanted.number, dry_run=wanted.dry_run))
        await database.settle()


def _now() -> datetime:
    return datetime.now(UTC)


async def _erase_one(database: Database, business: Any, number: str, *, dry_run: bool) -> ErasePlan:
    asked = EraseCustomer(await customer_numbered(database, business, number), dry_run)
    try:
        async with writing(database, business.id, actor=COMMAND_LINE, clock=_now) as write:
            if dry_run:
                return await write.tried(erase_customer, asked)
            return await write.once(erase_customer, asked)
    except Refusal as refusal:
        raise NotErased(refusal.message) from None


async def customer_numbered(database: Database, business: Any, number: str) -> int:
    """The key of the customer with a number; NotErased where there is none."""
    async with database.reading(business.id) as connection:
        values = {"business": business.id, "value": number}
        row = (await connection.execute(cast(Select[Any], customer_id_by("number")), values)).one_or_none()
    if row is None:
        raise NotErased(f'{business.name} has no customer "{number}"')
    return row.id


def _tell(number: str, plan: ErasePlan) -> None:
    typer.echo(f"{number} {'is erased' if plan.applied else 'would be erased'}")
    typer.echo(f"  blanked or removed: {_counted(plan.erased)}")
    typer.echo(f"  kept, without a name: {_counted(plan.kept) or 'nothing'}")


def _counted(counts: list[MovedCount]) -> str:
    return ", ".join(f"{one.kind} {one.count:,}" for one in counts)


async def _erase_due(database: Database, business: Any) -> None:
    tried = await erase_due(database, business, actor=COMMAND_LINE, clock=_now)
    erased = sum(one.blocked_by is None for one in tried)
    typer.echo(f"{business.name}: {erased:,} erased, {len(tried) - erased:,} blocked")
    numbers = await _numbers(database, business, [one for one in tried if one.blocked_by is not None])
    for one in tried:
        if one.blocked_by is not None:
            typer.echo(f"  {numbers[one.customer_id]}: {one.blocked_by}")


async def _numbers(database: Database, business: Any, tried: list[ErasureTried]) -> dict[int, str]:
    async with database.reading(business.id) as connection:
        values = {"business": business.id, "ids": [one.customer_id for one in tried]}
        rows = (await connection.execute(cast(Select[Any], names_of()), values)).all()
    return {row.id: row.number for row in rows}
