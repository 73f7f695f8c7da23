"""What the nightly pass removes: each kind of row at the boundary of its days, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, text, update

from models.audit import audit_entry
from models.codes import code_attempt, pending_registration, ticket
from models.database import table
from models.events import Event
from models.idempotency import used_key
from models.jobs import LEASED_JOB, job, job_batch, job_file
from models.leases import work_lease
from models.merging import customer_merge, merged_row
from models.webhooks import delivery, endpoint
from resolvers import nights, purging
from resolvers.night_work import NightStep
from resolvers.nights import begin_night
from resolvers.operation.services import Services
from resolvers.purging import purge
from server.job_loop import do_a_job
from tests.builders import Shop, open_shop

KEY_AGE = timedelta(days=31)
NIGHT = datetime(2026, 3, 6, 3, tzinfo=UTC)
LATER = timedelta(microseconds=1)
event = table(Event)

# How long before the night a row may be there at most.
KEPT: dict[Table, timedelta] = {
    event: timedelta(days=30),
    used_key: timedelta(days=30),
    ticket: timedelta(0),
    pending_registration: timedelta(0),
    code_attempt: timedelta(days=1),
    delivery: timedelta(0),  # of a message, which says itself until when it is of use
    merged_row: timedelta(days=30),
    job_file: timedelta(days=7),
    job_batch: timedelta(days=7),
    work_lease: timedelta(days=7),
}


@pytest.fixture(autouse=True)
def _only_purge(monkeypatch: pytest.MonkeyPatch) -> None:
    step = NightStep("PURGE", purge)
    monkeypatch.setattr(nights, "STEPS", (step,))
    monkeypatch.setattr(nights, "STEP_CALLED", {"PURGE": step})


async def put(services: Services, shop: Shop, moments: dict[Table, datetime], number: int) -> None:
    """One row of each kind that is of a moment; `number` tells several apart."""
    mine: dict[str, Any] = {"business_id": shop.id}
    anna = shop.id_of("anna")
    at = {source.name: moment for source, moment in moments.items()}
    async with services.database.transaction() as connection:

        async def add(source: Table, **values: Any) -> int:
            made = await connection.execute(insert(source).values({**mine, **values}).returning(*source.primary_key))
            return made.one()[0]

        happened = {"type": "customer.updated", "data": "{}", "revision": 1, "occurred_at": at["event"]}
        await add(event, sequence=number, **happened)
        used = {"input_digest": "", "made": "{}", "used_at": at["used_key"]}
        for kind in ("customer", "touchpoint", "sale"):  # those of a sale are kept for ever
            await add(used_key, kind=kind, digest=f"{kind} {number}", **used)
        registered = {"given": "{}", "registered_at": NIGHT - timedelta(days=30)}
        await add(pending_registration, expires_at=at["pending_registration"], **registered)
        opens = {"purpose": "SIGN_IN", "contact_kind": "EMAIL", "contact": "a@example.com", "tries_left": 5}
        made = {"code_digest": "", "made_at": NIGHT - timedelta(days=1), "expires_at": at["ticket"]}
        await add(ticket, digest=str(number), **opens, **made)
        await add(code_attempt, contact_digest="", address_digest="", at=at["code_attempt"])
        told = {"url": "https://example.com", "types": "", "includes_personal": False, "is_active": False}
        told |= {"version": 1, "secret": "", "secret_hint": "", "told_to": 0, "is_deleted": False}
        waits = {"queue": 0, "status": "PENDING", "tries": 0, "attempts": "[]"}
        place = await add(endpoint, created_at=NIGHT, **told)
        await add(delivery, endpoint_id=place, body="{}", until=at["webhook_delivery"], **waits)
        of = {"kept_id": anna, "merged_id": shop.id_of("ben"), "actor": "ann", "revision": 1}
        merge = await add(customer_merge, merged_at=at["merged_row"], **of)
        await add(merged_row, merge_id=merge, kind="sale", row_id=1)
        began = {"kind": "BULK", "status": "DONE", "started_by": "ann", "role": "ADMIN", "asked": "{}", "figures": "{}"}
        over = {"created_at": NIGHT - timedelta(days=8), "done": 1, "is_cancelled": False}
        over |= {"finished_at": at["job_batch"]}
        done = await add(job, **began, **over)
        assert at["job_batch"] == at["work_lease"]
        await add(job_batch, job_id=done, position=0, ids="[]", is_done=True)
        file = {"name": "x", "media_type": "text/csv", "content": "", "made_at": at["job_file"]}
        await add(job_file, job_id=done, **file)
        held = {"fence": 1, "holder": "x", "beat_at": NIGHT - timedelta(days=9), "ends_at": NIGHT - timedelta(days=9)}
        await add(work_lease, kind=LEASED_JOB, subject_id=done, **held)


async def counted(services: Services, shop: Shop, *sources: Table) -> dict[str, int]:
    async with services.database.reading(shop.id) as connection:
        return {
            source.name: (
                await connection.execute(
                    select(func.count()).select_from(source).where(source.c.business_id == shop.id)
                )
            ).scalar_one()
            for source in sources
        }


async def a_night(services: Services, shop: Shop, now: datetime = NIGHT) -> int:
    """Run the pass; how many rows went."""
    assert await begin_night(services.database, shop.id, 3, lambda: now) is not None
    while await do_a_job(services, lambda: now):
        pass
    newest = text("SELECT done, status FROM job_step WHERE business_id = :business ORDER BY id DESC LIMIT 1")
    async with services.database.reading(shop.id) as connection:
        step = (await connection.execute(newest, {"business": shop.id})).one()
    assert step.status == "DONE"
    return step.done


@pytest.fixture
async def two(shop: Shop) -> Shop:
    shop.customer("ben")
    await shop.save()
    return shop


async def test_every_kind_of_row_is_kept_for_its_days_and_then_goes(services: Services, two: Shop) -> None:
    other = await open_shop(services.database, "Other shop")
    for name in ("anna", "ben"):
        other.customer(name)
    await other.save()
    kept = {source: NIGHT - days for source, days in KEPT.items()}
    gone = {source: moment - LATER for source, moment in kept.items()}
    kinds = [*KEPT, audit_entry, customer_merge, job]
    await put(services, two, kept, 1)
    before = await counted(services, two, *kinds)
    await put(services, two, gone, 2)
    async with services.database.transaction() as connection:  # the last event stays, however old
        last = {"type": "customer.updated", "data": "{}", "revision": 1, "occurred_at": gone[event], "sequence": 4}
        await connection.execute(insert(event).values(business_id=two.id, **last))
    await put(services, other, gone, 3)
    others = await counted(services, other, *kinds)
    assert await a_night(services, two) == len(KEPT) + 1  # two kinds of keys
    after = await counted(services, two, *kinds)
    left = {
        "event": 1,
        "used_key": 1,
        "customer_merge": 1,
        "job": 2,
        "work_lease": 1,
    }  # one more job: the pass and its lease
    assert after == {name: count + left.get(name, 0) for name, count in before.items()}
    assert await counted(services, other, *kinds) == others


async def test_the_audit_is_kept_for_its_months_or_for_ever(services: Services, two: Shop) -> None:
    """The role that works for businesses may not remove it; the pass does, of its own business alone."""
    bound = datetime(2024, 3, 6, 3, tzinfo=UTC)

    async def entries() -> list[str]:
        async with services.database.reading(two.id) as connection:
            asked = select(audit_entry.c.action).where(audit_entry.c.business_id == two.id).order_by(audit_entry.c.id)
            return list((await connection.execute(asked)).scalars())

    entry = {
        "business_id": two.id,
        "at": bound - LATER,
        "actor": "ann",
        "role": "ADMIN",
        "changes": "[]",
        "revision": 1,
    }
    async with services.database.transaction() as connection:
        await connection.execute(insert(audit_entry), [{**entry, "action": action} for action in ("one", "two")])
        forever = text("UPDATE business SET keep_audit_months = NULL WHERE id = :business")
        await connection.execute(forever, {"business": two.id})
    await a_night(services, two)
    assert await entries() == ["one", "two"]

    async with services.database.transaction() as connection:
        second = (audit_entry.c.business_id == two.id, audit_entry.c.action == "two")
        await connection.execute(update(audit_entry).where(*second).values(at=bound))
        for_two_years = text("UPDATE business SET keep_audit_months = 24, nightly_day = NULL WHERE id = :business")
        await connection.execute(for_two_years, {"business": two.id})
        await connection.execute(text("UPDATE job SET business_day = 0 WHERE business_id = :b"), {"b": two.id})
    assert await a_night(services, two) == 1
    assert await entries() == ["two"]


async def test_the_tickets_of_a_registration_go_with_it(services: Services, two: Shop) -> None:
    async def register(until: datetime, number: int) -> None:
        async with services.database.transaction() as connection:
            registered = {"business_id": two.id, "given": "{}", "registered_at": NIGHT, "expires_at": until}
            made = insert(pending_registration).values(registered).returning(pending_registration.c.id)
            opens = {"purpose": "REGISTRATION", "contact_kind": "EMAIL", "contact": "a@example.com", "tries_left": 5}
            opens |= {"digest": f"of {number}", "code_digest": "", "made_at": NIGHT, "business_id": two.id}
            opens |= {"expires_at": NIGHT - LATER, "registration_id": (await connection.execute(made)).scalar_one()}
            await connection.execute(insert(ticket).values(opens))

    await register(NIGHT, 1)
    await register(NIGHT - LATER, 2)
    assert await a_night(services, two) == 2
    assert await counted(services, two, ticket, pending_registration) == {"ticket": 1, "pending_registration": 1}


async def test_much_goes_in_small_batches(services: Services, two: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "MOST_ROWS", 4)
    old = {"business_id": two.id, "kind": "customer", "input_digest": "", "made": "{}", "used_at": NIGHT - KEY_AGE}
    async with services.database.transaction() as connection:
        await connection.execute(insert(used_key), [{**old, "digest": str(number)} for number in range(11)])
    assert await a_night(services, two) == 11
    assert await counted(services, two, used_key) == {"used_key": 0}


async def test_deliveries_go_with_their_event_and_the_next_in_line_is_due(services: Services, two: Shop) -> None:
    await put(services, two, dict.fromkeys(KEPT, NIGHT), 1)
    anna, mine = two.id_of("anna"), {"business_id": two.id}
    happened = {"type": "customer.updated", "data": "{}", "revision": 1, "customer_id": anna}
    waits = {"queue": anna, "status": "PENDING", "tries": 0, "attempts": "[]"}
    async with services.database.transaction() as connection:
        place = (await connection.execute(select(endpoint.c.id).where(endpoint.c.business_id == two.id))).scalar_one()
        for number, days in enumerate((31, 29, 28), start=10):
            values = {**mine, **happened, "sequence": number, "occurred_at": NIGHT - timedelta(days=days)}
            made = (await connection.execute(insert(event).values(values).returning(event.c.id))).scalar_one()
            due = NIGHT - timedelta(days=days) if number == 10 else None
            waiting = {**mine, **waits, "endpoint_id": place, "event_id": made, "next_at": due}
            await connection.execute(insert(delivery).values(waiting))
    await a_night(services, two)
    async with services.database.reading(two.id) as connection:
        queue = select(delivery.c.next_at).where(delivery.c.queue == anna).order_by(delivery.c.id)
        assert list((await connection.execute(queue)).scalars()) == [NIGHT, None]
