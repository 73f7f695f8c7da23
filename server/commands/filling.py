"""Filling the store from the command line: a file's sales, or the demo shop."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import typer

from ingest.demo import DemoSummary, grow_demo
from ingest.demo.calendar import TIMEZONE as DEMO_TIMEZONE
from ingest.loader import ImportSummary, import_file
from ingest.mapping import PRESETS, Mapping, parse_map, preset
from ingest.problems import ImportProblem
from models import Customer, ExternalId, Payment, Refund, Sale, SaleItem, SaleStatusChange, Touchpoint
from models.businesses import Business
from models.database import Database, table
from models.statistics import refresh_statistics
from resolvers.businesses import businesses, ensure_business, find_business
from rules.currency import exponent_of
from rules.days import business_today
from rules.demo import DEMO_BUSINESS
from rules.regions import initial_region
from server.commands.actor import COMMAND_LINE, IMPORT
from server.commands.progress import progress_bar
from server.settings import Settings
from server.store import opened

FILLED = [
    table(filled) for filled in (Customer, ExternalId, Payment, Refund, Sale, SaleItem, SaleStatusChange, Touchpoint)
]  # in which there can be many rows at once


@dataclass(frozen=True)
class ImportTarget:
    """The business to fill, and what a new one needs."""

    name: str
    currency: str | None
    timezone: str | None


@dataclass(frozen=True)
class ImportRequest:
    """What `import` was asked."""

    file: Path
    shop: ImportTarget
    preset: str | None
    mapping: str | None
    date_format: str | None
    encoding: str | None
    delimiter: str | None
    rejects: Path | None
    dry_run: bool

    def layout(self) -> Mapping:
        """The mapping of the file's columns, by a preset or written out."""
        if self.preset and not self.mapping:
            return preset(self.preset)
        if self.mapping and not self.preset:
            return parse_map(self.mapping, date_format=self.date_format)
        raise ImportProblem(
            f"say what the columns of the file are: --preset {' or '.join(PRESETS)}, or --map sale=…,occurred_at=…"
        )


async def import_into(settings: Settings, request: ImportRequest, now: datetime) -> None:
    """Import a file, showing how far it is, and tell what became of its rows."""
    layout = request.layout()
    async with opened(settings) as database:
        shop = await _shop(database, request, now)
        with progress_bar() as bar:
            summary = await import_file(
                database,
                path=request.file,
                business=shop,
                mapping=layout,
                now=now,
                actor=IMPORT,
                dry_run=request.dry_run,
                rejects=request.rejects,
                encoding=request.encoding,
                delimiter=request.delimiter,
                progress=bar.rows,
            )
        if not request.dry_run:
            await refresh_statistics(database, FILLED)
    _tell_import(summary, request)


async def _shop(database: Database, request: ImportRequest, now: datetime) -> Any:
    asked = request.shop
    found: Any = await find_business(database, asked.name)
    if not found and not (asked.currency and asked.timezone):
        names = ", ".join(f'"{row.name}"' for row in await businesses(database)) or "none yet"
        raise ImportProblem(
            f'there is no business "{asked.name}" (there are: {names}); '
            "to make it, say which --currency it has, like GBP, and which --timezone, like Europe/London"
        )
    currency = asked.currency.upper() if asked.currency else found.currency
    timezone = asked.timezone or found.timezone
    try:
        if not found and request.dry_run:
            return _unwritten(asked.name, currency, timezone, now)
        return await ensure_business(
            database, found.name if found else asked.name, currency=currency, timezone=timezone, now=now
        )
    except ValueError as error:
        raise ImportProblem(str(error)) from None


def _unwritten(name: str, currency: str, timezone: str, now: datetime) -> Business:
    exponent = exponent_of(currency)
    if timezone not in available_timezones():
        raise ValueError(f'unknown time zone "{timezone}": use a name like Europe/London')
    return Business(
        name=name,
        currency=currency,
        currency_exponent=exponent,
        timezone=timezone,
        region=initial_region(currency, timezone),
        created_at=now,
        updated_at=now,
    )


def _tell_import(summary: ImportSummary, request: ImportRequest) -> None:
    verb = "would write" if summary.dry_run else "wrote"
    typer.echo(
        f"{request.file.name}: read {summary.read:,} rows in {summary.seconds:.1f} s "
        f"({summary.rows_per_second:,.0f} rows/s)\n"
        f"  {verb} {summary.written:,}, updated {summary.updated:,}, unchanged {summary.unchanged:,}, "
        f"rejected {summary.rejected:,} rows\n"
        f"  {verb} {summary.sales:,} sales, {summary.refunds:,} refunds, {summary.customers:,} new customers"
    )
    if summary.contacts_dropped:
        typer.echo(f"  left out {summary.contacts_dropped:,} e-mails or phones: impossible, or another customer's")
    if summary.rejects:
        typer.echo(f"  rejected rows with their reasons: {summary.rejects}")


async def grow(
    settings: Settings, *, now: datetime, customers: int | None = None, seed: int | None = None
) -> DemoSummary:
    """Fill the demo shop, or add what has happened since, showing how far it is."""
    today = business_today(now, ZoneInfo(DEMO_TIMEZONE))
    async with opened(settings) as database:
        with progress_bar() as bar:
            summary = await grow_demo(
                database,
                customers=customers,
                seed=seed,
                today=today,
                now=now,
                actor=COMMAND_LINE,
                progress=bar.customers,
            )
        if summary.rows:
            await refresh_statistics(database, FILLED)
    return summary


def tell_demo(summary: DemoSummary) -> None:
    """Say what the demo shop is and what was added to it."""
    typer.echo(
        f"{DEMO_BUSINESS}: {summary.customers:,} customers, {summary.first_day} to {summary.last_day}, "
        f"seed {summary.seed}; {summary.rows:,} rows added"
    )
