"""Filling the store from the command line with the demo shop."""

from datetime import datetime
from zoneinfo import ZoneInfo

import typer

from ingest.demo import DemoSummary, grow_demo, live_in
from ingest.demo.calendar import TIMEZONE as DEMO_TIMEZONE
from models import Customer, ExternalId, Payment, Refund, Sale, SaleItem, SaleStatusChange, Touchpoint
from models.database import table
from models.statistics import refresh_statistics
from rules.days import business_today
from rules.demo import DEMO_BUSINESS
from server.commands.actor import COMMAND_LINE
from server.commands.progress import progress_bar
from server.settings import Settings
from server.store import opened

FILLED = [
    table(filled) for filled in (Customer, ExternalId, Payment, Refund, Sale, SaleItem, SaleStatusChange, Touchpoint)
]  # in which there can be many rows at once


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
        await live_in(database, summary.business_id, now=now, actor=COMMAND_LINE)
        if summary.rows:
            await refresh_statistics(database, FILLED)
    return summary


def tell_demo(summary: DemoSummary) -> None:
    """Say what the demo shop is and what was added to it."""
    typer.echo(
        f"{DEMO_BUSINESS}: {summary.customers:,} customers, {summary.first_day} to {summary.last_day}, "
        f"seed {summary.seed}; {summary.rows:,} rows added"
    )
