"""The command `duplicates`: looks for customers that may be one person."""

import typer

from models.jobs import JobStatus
from resolvers.businesses import the_business
from resolvers.duplicate_search import begin_search
from resolvers.operation.services import Services
from resolvers.operation.writing import writing
from rules.failures import Failure
from server.commands.actor import COMMAND_LINE
from server.commands.job_done import job_done, now
from server.settings import Settings
from server.store import opened


class SearchNotDone(Failure):
    """A search that did not come to its end; the message says how it ended."""


async def find_duplicates_of(settings: Settings, said: str | None) -> None:
    """Search a business for duplicates, as a job, and say how many there are.

    UnknownBusiness where it cannot be told which, SearchNotDone where it failed or was cancelled.
    """
    async with opened(settings) as database:
        business = await the_business(database, said)
        services = Services(database, nightly_hour=settings.nightly_hour)
        try:
            async with writing(database, business.id, actor=COMMAND_LINE, clock=now) as write:
                id_ = await begin_search(write)
            row = await job_done(services, business.id, id_)
        finally:
            await services.close()
    if row.status is not JobStatus.DONE:
        raise SearchNotDone(f"the search was {row.status.lower()}" + (f": {row.error}" if row.error else ""))
    pairs = "pair" if row.done == 1 else "pairs"
    typer.echo(f"{business.name}: {row.done:,} {pairs} of customers that may be one person.")
