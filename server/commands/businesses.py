"""The command `businesses`: those that the database has, and the settings of one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from models.businesses import Weekday
from models.database import Database
from resolvers.businesses import SettingsUpdate, businesses, the_business, update_business_settings
from resolvers.operation.refusing import checked_input
from resolvers.operation.writing import writing
from rules.failures import Failure
from rules.refusals import InvalidInput, Refusal
from rules.words import did_you_mean
from server.commands.actor import COMMAND_LINE
from server.settings import Settings
from server.store import opened

COLUMNS = ("id", "name", "currency", "timezone", "region", "week start", "revision", "facts", "updated")
LONGEST_LINE = 1_000


class NotChanged(Failure):
    """A setting that cannot be so."""


async def tell_businesses(settings: Settings, said: str | None, given: Mapping[str, str]) -> None:
    """Change what is `given` of the business that is `said`, where anything is, and print the businesses of the store.

    Raises NotChanged, or UnknownBusiness where it cannot be told which is meant.
    """
    async with opened(settings) as database:
        if given or said is not None:
            await _change(database, await the_business(database, said), given)
        rows = await businesses(database)
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for row in rows:
        of_shop = (row.name, row.currency, row.timezone, row.region, row.week_start)
        table.add_row(
            str(row.id), *of_shop, str(row.revision), str(row.facts_revision), f"{row.updated_at:%Y-%m-%d %H:%M}"
        )
    if not rows:
        typer.echo("There is no business yet: import a file, or run python main.py demo.")
        return
    console = Console(width=LONGEST_LINE)  # a line a business, also where another program reads it
    console.print(table, width=console.measure(table).maximum)


async def _change(database: Database, business: Any, given: Mapping[str, str]) -> None:
    try:
        asked = checked_input(SettingsUpdate(None, _as_asked(given)))
        async with writing(database, business.id, actor=COMMAND_LINE, clock=lambda: datetime.now(UTC)) as write:
            await write.once(update_business_settings, asked)
    except InvalidInput as refusal:
        raise NotChanged(" ".join(problem.message for problem in refusal.problems)) from None
    except Refusal as refusal:
        raise NotChanged(refusal.message) from None


def _as_asked(given: Mapping[str, str]) -> dict[str, Any]:
    return {name: _weekday(text) if name == "week_start" else text for name, text in given.items()}


def _weekday(text: str) -> Weekday:
    try:
        return Weekday(text.upper())
    except ValueError:
        raise NotChanged(f'"{text}" is none of {", ".join(Weekday)}{did_you_mean(text, Weekday)}') from None
