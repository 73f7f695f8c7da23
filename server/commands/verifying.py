"""The command `verify`: every business or one, and what was found of each."""

from datetime import datetime

import typer
from rich.console import Console
from rich.table import Table

from models.statistics import refresh_statistics
from resolvers.businesses import businesses, the_business
from resolvers.operation.services import Services
from resolvers.verification import Finding, verify
from rules.failures import Failure
from server.commands.progress import progress_bar
from server.settings import Settings
from server.store import opened

WIDTH = 140


class Differs(Failure):
    """Something was found that must not be."""


async def verify_store(settings: Settings, business: str | None, now: datetime) -> None:
    """Verify a business, or all, and print what was found; Differs where that is not as it must be."""
    async with opened(settings) as database:
        chosen = await businesses(database) if business is None else [await the_business(database, business)]
        await refresh_statistics(database)  # what was just written may have no plan yet: rules join whole tables
        wrong = 0
        for row in chosen:
            services = Services(database)  # its own, so that one copy at a time is held
            with progress_bar() as bar:
                findings = [finding async for finding in verify(services, row.id, now, bar.rows)]
            services.copies.close()
            typer.echo(f"{row.name} ({row.id}), revision {row.revision}")
            _tell(findings)
            wrong += sum(finding.wrong > 0 for finding in findings)
    if wrong:
        raise Differs(f"{wrong} rules are broken, see above")


def _tell(findings: list[Finding]) -> None:
    table = Table("", "rule", "rows", "what breaks it", box=None, pad_edge=False)
    for finding in findings:
        rows = "" if finding.rows is None else f"{finding.rows:,}"
        table.add_row("WRONG" if finding.wrong else "ok", finding.rule, rows, _broken(finding))
    console = Console()
    console.width = max(console.width, WIDTH)  # a rule is one line, also in a file
    console.print(table)


def _broken(finding: Finding) -> str:
    if not finding.wrong:
        return ""
    ids = ", ".join(str(id_) for id_ in finding.ids)
    more = f" and {finding.wrong - len(finding.ids):,} more" if finding.wrong > len(finding.ids) else ""
    return f"{finding.kind} {ids}{more}"
