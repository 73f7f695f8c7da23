"""The command `maintenance`: the nightly pass at once, or again."""

from datetime import date
from typing import Any

import typer

from models.jobs import JobStatus
from models.nights import steps_of_night
from resolvers.businesses import businesses, the_business
from resolvers.night_steps import STEP_CALLED
from resolvers.nights import NightAgain, begin_again, begin_night
from resolvers.operation.services import Services
from resolvers.operation.writing import writing
from rules.days import date_of, day_number
from rules.failures import Failure
from server.commands.actor import COMMAND_LINE
from server.commands.job_done import job_done, now, stored
from server.settings import Settings
from server.store import opened


class NightFailed(Failure):
    """Steps that failed; the message names them."""


async def maintain(settings: Settings, said: str | None, day: date | None, step: str | None) -> None:
    """Run what is due of one business or all, or a pass again; NightFailed where a step did not go well."""
    if step is not None and step not in STEP_CALLED:
        raise NightFailed(f"there is no step {step}, only {', '.join(STEP_CALLED)}")
    async with opened(settings) as database:
        services = Services(database, nightly_hour=settings.nightly_hour)
        try:
            chosen = await businesses(database) if said is None else [await the_business(database, said)]
            is_again = day is not None or step is not None
            done = [await (_again(services, row, day, step) if is_again else _due(services, row)) for row in chosen]
        finally:
            await services.close()
    if not all(done):
        raise NightFailed("a step failed: its error is above, and it is tried again later")


async def _again(services: Services, business: Any, day: date | None, step: str | None) -> bool:
    asked = NightAgain(services.nightly_hour, None if day is None else day_number(day), step)
    async with writing(services.database, business.id, actor=COMMAND_LINE, clock=now) as write:
        id_ = await begin_again(write, asked)
    return await _run(services, business, id_)


async def _due(services: Services, business: Any) -> bool:
    """Every pass that is due, one after the other."""
    is_well, count = True, 0
    while (id_ := await begin_night(services.database, business.id, services.nightly_hour, now)) is not None:
        is_well, count = await _run(services, business, id_) and is_well, count + 1
    if not count:
        typer.echo(f"{business.name}: nothing is due")
    return is_well


async def _run(services: Services, business: Any, id_: int) -> bool:
    """Do a pass, or wait for who does it, and say what came of it."""
    row = await job_done(services, business.id, id_)
    steps = await stored(services, business.id, steps_of_night(), id=id_)
    typer.echo(f"{business.name}, {date_of(row.business_day)}: {row.status.lower()}")
    for step in steps:
        typer.echo(f"  {step.name}: {step.status.lower()}, {step.done:,}{_because(step.error)}")
    return row.status is not JobStatus.FAILED


def _because(error: str | None) -> str:
    return "" if error is None else f" ({error})"
