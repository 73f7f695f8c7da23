"""The commands `maintenance` and `duplicates`, and what /metrics tells of nightly passes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text
from typer.testing import CliRunner

from models.database import Database
from models.jobs import job
from resolvers import nights
from resolvers.night_work import Night, NightStep
from resolvers.nights import last_nights
from resolvers.operation.services import Services
from server.commands import maintenance
from server.commands.actor import COMMAND_LINE
from server.commands.command_line import cli
from server.watching import metrics
from server.watching.sampling import Sampler
from tests.builders import Shop, open_shop
from tests.server.conftest import SECRET

TODAY = datetime.now(UTC).date()  # which a command reads
YESTERDAY = TODAY - timedelta(days=1)


async def nothing(_night: Night) -> bool:
    return False


async def fails(_night: Night) -> bool:
    raise ZeroDivisionError


def use(monkeypatch: pytest.MonkeyPatch, *steps: NightStep) -> None:
    called = {step.name: step for step in steps}
    monkeypatch.setattr(nights, "STEPS", steps)
    for place in (nights, maintenance):
        monkeypatch.setattr(place, "STEP_CALLED", called)


@pytest.fixture
async def store(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop that was made yesterday, in an installation whose passes begin at midnight."""
    for name, value in {"DATABASE_URL": str(sqlite_database.url), "SECRET_KEY": SECRET, "NIGHTLY_HOUR": "0"}.items():
        monkeypatch.setenv(name, value)
    use(monkeypatch, NightStep("MADE_UP", nothing, is_made_up=True), NightStep("FOR_TODAY", nothing))
    return await open_shop(sqlite_database, "Shop", timezone="UTC", now=datetime.now(UTC) - timedelta(days=1))


def command(*words: str, name: str = "maintenance") -> tuple[int, str]:
    came = CliRunner().invoke(cli, [name, *words])
    return came.exit_code, "".join(
        line for line in came.output.splitlines(keepends=True) if not line.startswith("{")
    )  # its log


@pytest.mark.usefixtures("store")
def test_what_is_due_is_run_and_told() -> None:
    assert command() == (0, f"Shop, {TODAY}: done\n  MADE_UP: done, 0\n  FOR_TODAY: done, 0\n")
    assert command("--business", "Shop") == (0, "Shop: nothing is due\n")


@pytest.mark.usefixtures("store")
def test_a_pass_or_a_step_is_run_again() -> None:
    day = str(TODAY)
    refused = f"Error: the pass of {day} was not run yet: leave out --day and --step\n"
    assert command("--step", "MADE_UP") == (1, refused)
    command()
    done = f"Shop, {TODAY}: done\n  MADE_UP: done, 0\n  FOR_TODAY: done, 0\n"
    assert command("--step", "FOR_TODAY") == command("--day", day) == (0, done)
    before = str(YESTERDAY)
    assert command("--day", before) == (0, f"Shop, {YESTERDAY}: done\n  MADE_UP: done, 0\n")
    late = f"Error: FOR_TODAY is done for the last day alone, which is {TODAY}\n"
    assert command("--day", before, "--step", "FOR_TODAY") == (1, late)
    assert command("--day", "2999-01-01")[1].startswith("Error: the pass of 2999-01-01 is not due yet")
    assert command("--step", "NONE") == (1, "Error: there is no step NONE, only MADE_UP, FOR_TODAY\n")


@pytest.mark.usefixtures("store")
def test_a_step_that_fails_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, NightStep("MADE_UP", fails, is_made_up=True), NightStep("FOR_TODAY", nothing))
    code, said = command()
    assert code == 1
    assert f"Shop, {TODAY}: failed\n  MADE_UP: failed, 0 (It met an error that is in the server's log.)\n" in said
    assert "  FOR_TODAY: done, 0\n" in said


async def test_metrics_tell_the_last_day_its_age_and_failures(store: Shop) -> None:
    services = Services(Database(str(store.database.url)))
    now = datetime(2026, 3, 9, 12, tzinfo=UTC)

    def told(gauge: Any) -> float | None:
        samples = [sample for family in gauge.collect() for sample in family.samples]
        return next((one.value for one in samples if one.labels["business"] == str(store.id)), None)

    try:
        (standing,) = await last_nights(services.database, now)
        assert (standing.day, standing.age, standing.failures) == (None, None, 0)
        made = {"business_id": store.id, "kind": "MAINTENANCE", "started_by": "schedule", "role": "ADMIN"}
        made |= {"asked": "{}", "figures": "{}", "done": 0, "is_cancelled": False}
        async with services.database.transaction() as connection:
            for day, status in ((20519, "DONE"), (20520, "DONE"), (20521, "FAILED")):
                at = datetime(2026, 3, day - 20512, 3, 1, tzinfo=UTC)
                night = {"business_day": day, "status": status, "created_at": at, "finished_at": at}
                await connection.execute(insert(job).values(**made, **night))
            await connection.execute(text("UPDATE business SET nightly_day = 20521"))
        (standing,) = await last_nights(services.database, now)
        assert standing.day == datetime(2026, 3, 8, tzinfo=UTC)
        assert (standing.age, standing.failures) == (timedelta(days=1, hours=8, minutes=59), 1)
        await Sampler(services).sample()
        assert told(metrics.NIGHTLY_LAST_DAY) == datetime(2026, 3, 8, tzinfo=UTC).timestamp()
        assert told(metrics.NIGHTLY_FAILURES) == 1
    finally:
        await services.close()


async def test_duplicates_are_looked_for_as_a_job(store: Shop) -> None:
    for number in ("A", "B"):
        store.customer(
            number, first_name="Ann", last_name="Lee", phone="+442079460123" if number == "A" else "+352079460123"
        )
    await store.save()
    assert await asyncio.to_thread(command, name="duplicates") == (
        0,
        "Shop: 1 pair of customers that may be one person.\n",
    )
    async with store.database.reading(store.id) as connection:
        (row,) = (await connection.execute(text("SELECT kind, status, done, started_by FROM job"))).all()
    assert tuple(row) == ("DUPLICATES", "DONE", 1, COMMAND_LINE.name)
