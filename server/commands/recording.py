"""The command `record-sales`: a till's queue as a file of JSON lines, each recorded by itself and by its key once."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import typer

from models.database import Database
from resolvers.businesses import the_business
from resolvers.operation.errors import BadUserInput
from resolvers.operation.refusing import checked_input
from resolvers.operation.writing import writing
from resolvers.recording import record_sale
from rules.failures import Failure
from rules.refusals import InvalidInput, Refusal
from schema.recording import RecordSaleInput
from schema.variables import told_input
from server.commands.actor import COMMAND_LINE
from server.settings import Settings
from server.store import opened

LONGEST_LINE = 1_000_000  # bytes; the longest sale there can be is shorter


class NotAllRecorded(Failure):
    """Lines of a file that were refused."""


async def record_file(settings: Settings, file: Path, said: str | None) -> None:
    """Record the sales of a file, and say what became of them; NotAllRecorded where any was refused."""
    done: Counter[str] = Counter()
    async with opened(settings) as database:
        business = await the_business(database, said)
        for number, line in _lines(file):
            try:
                done[await _record(database, business.id, line)] += 1
            except (BadUserInput, Refusal) as refused:
                done["refused"] += 1
                typer.echo(f"line {number:,}: {_told(refused)}", err=True)
    typer.echo(f"{done['recorded']:,} recorded, {done['replayed']:,} recorded before, {done['refused']:,} refused")
    if done["refused"]:
        raise NotAllRecorded(f"{done['refused']:,} lines were refused; mend them and run it again: none is doubled")


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that say anything, with their numbers; of a longer one only so much as to see that it is."""
    with file.open("rb") as opened_file:
        number = 0
        while line := opened_file.readline(LONGEST_LINE + 1):
            number += 1
            if line.strip():
                yield number, line
            while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                line = opened_file.readline(LONGEST_LINE + 1)


async def _record(database: Database, business_id: int, line: bytes) -> str:
    input = told_input(_values(line), RecordSaleInput)
    used = input.used("input")
    asked = checked_input(input.plain(), used)
    async with writing(database, business_id, actor=COMMAND_LINE, clock=lambda: datetime.now(UTC)) as write:
        done = await write.once(record_sale, asked, used=used)
    return "replayed" if done.replayed else "recorded"


def _values(line: bytes) -> Any:
    if len(line) > LONGEST_LINE:
        raise BadUserInput(f"this is longer than {LONGEST_LINE:,} bytes, which no sale is")
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadUserInput(f"this is no JSON: {error}") from None


def _told(refused: BadUserInput | Refusal) -> str:
    if isinstance(refused, InvalidInput):
        return " ".join(f"{'.'.join(one.path[1:])}: {one.message}" for one in refused.problems)
    return refused.message if isinstance(refused, Refusal) else str(refused)
