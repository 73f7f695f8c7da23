"""The command `export-customer`: all that is kept about one person, as a file."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from resolvers.businesses import the_business
from resolvers.operation.writing import writing
from resolvers.person_export import person_file
from rules.failures import Failure
from rules.refusals import Refusal
from server.commands.actor import COMMAND_LINE
from server.commands.erasing import customer_numbered
from server.settings import Settings
from server.store import opened


class NotExported(Failure):
    """What cannot be given, or not be written there; the message says why."""


async def export_person(settings: Settings, business: str | None, number: str, output: Path) -> None:
    """Write a zip of all that is kept about a customer into a new file that only its owner can read."""
    _refuse_existing(output)
    async with opened(settings) as database:
        row = await the_business(database, business)
        id_ = await customer_numbered(database, row, number)
        try:
            async with writing(database, row.id, actor=COMMAND_LINE, clock=lambda: datetime.now(UTC)) as write:
                content = await person_file(write, id_)
        except Refusal as refusal:
            raise NotExported(refusal.message) from None
    _write(output, content)
    typer.echo(f"{output}: all that is kept about {number}, {len(content):,} bytes")


def _refuse_existing(output: Path) -> None:
    if output.exists():
        raise NotExported(f"{output} is there already: choose another name")


def _write(output: Path, content: bytes) -> None:
    output.touch(mode=0o600)
    output.write_bytes(content)
