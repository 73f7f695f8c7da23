"""The command `duplicates`: looks for customers that may be one person."""

from datetime import UTC, datetime

import typer

from resolvers.businesses import the_business
from resolvers.duplicates import search_duplicates
from server.commands.actor import COMMAND_LINE
from server.settings import Settings
from server.store import opened


async def find_duplicates_of(settings: Settings, said: str | None) -> None:
    """Search a business for duplicates and say how many there are; UnknownBusiness where it cannot be told which."""
    async with opened(settings) as database:
        business = await the_business(database, said)
        found = await search_duplicates(database, business.id, actor=COMMAND_LINE, clock=lambda: datetime.now(UTC))
    pairs = "pair" if found.count == 1 else "pairs"
    typer.echo(f"{business.name}: {found.count:,} {pairs} of customers that may be one person.")
