"""runMaintenance: the nightly pass at once, answered as its job with its steps."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from resolvers import nights
from resolvers.night_steps import STEPS
from resolvers.night_work import Night, NightStep
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role
from server.job_loop import do_a_job
from tests.builders import NOW, Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.writing import counters, everything, refusals_of

DAY = timedelta(days=1)
RUN = f"""mutation {{ runMaintenance {{ {refusals_of("JobResult")} ... on Job {{
    id kind status businessDate startedBy done total error resultUrl
    steps {{ name status done startedAt finishedAt error }} }} }} }}"""
CANCEL = "mutation ($id: ID!) { cancelJob(id: $id) { __typename ... on Job { status steps { status } } } }"


async def run(ask: Asker, days: int = 0) -> Any:
    answered = await replace(ask, now=NOW + days * DAY).being(Role.ADMIN)(RUN)
    return answered["runMaintenance"]


async def do_all(services: Services, days: int) -> None:
    while await do_a_job(services, lambda: NOW + days * DAY):
        pass


def use(monkeypatch: pytest.MonkeyPatch, *steps: NightStep) -> None:
    monkeypatch.setattr(nights, "STEPS", steps)
    monkeypatch.setattr(nights, "STEP_CALLED", {step.name: step for step in steps})


async def nothing(_night: Night) -> bool:
    return False


async def fails(_night: Night) -> bool:
    raise ZeroDivisionError


async def test_a_new_business_has_none_yet(ask: Asker) -> None:
    before = await everything(ask.services.database)
    assert await run(ask) == {
        "__typename": "NotFound",
        "message": "There was no nightly pass yet, and none is due.",
        "path": [],
    }
    assert await everything(ask.services.database) == before


async def test_it_runs_what_is_due_and_says_what_it_did(ask: Asker, services: Services) -> None:
    """Asked again it is the same; where nothing is due any more it is the last. It moves no revision by itself."""
    begun = await run(ask, 1)
    assert {name: begun[name] for name in ("kind", "status", "businessDate", "startedBy", "done", "total")} == {
        "kind": "MAINTENANCE",
        "status": "QUEUED",
        "businessDate": "2026-03-06",
        "startedBy": ask.viewer.subject,
        "done": 0,
        "total": len(STEPS),
    }
    assert [step["name"] for step in begun["steps"]] == [
        *("ERASE_REQUESTED", "ACTIVATE_POINTS", "EXPIRE_POINTS", "EXPIRE_REDEMPTIONS", "BIRTHDAY_POINTS"),
        *("REVIEW_TIERS", "REMIND_EXPIRING", "FIND_DUPLICATES", "FIT_MODEL", "PURGE"),
    ]
    assert await run(ask, 1) == begun
    await do_all(services, 1)
    done = await run(ask, 1)
    assert (done["id"], done["status"], done["done"], done["error"]) == (begun["id"], "DONE", len(STEPS), None)
    assert {step["status"] for step in done["steps"]} == {"DONE"}
    assert all(step["startedAt"] and step["finishedAt"] and step["error"] is None for step in done["steps"])
    assert await run(ask, 1) == done


async def test_an_erasure_that_is_due_is_done(ask: Asker, shop: Shop, services: Services) -> None:
    new = customer_id(shop, "NEW")
    request = "mutation ($id: ID!) { requestErasure(customer: $id) { __typename } }"
    await ask.being(Role.MANAGER)(request, id=new)
    for days, status in ((6, "PENDING"), (7, "DONE")):
        while (await run(ask, days))["status"] == "QUEUED":
            await do_all(services, days)
        found = await replace(ask, now=NOW + days * DAY).being(Role.MANAGER)("{ erasureRequests { status } }")
        assert found["erasureRequests"][0] == {"status": status}


async def test_what_failed_is_tried_at_once_for_who_asks(
    ask: Asker, shop: Shop, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, NightStep("FIRST", fails), NightStep("SECOND", nothing))
    before = await counters(shop)
    await run(ask, 1)
    await do_all(services, 1)
    use(monkeypatch, NightStep("FIRST", nothing), NightStep("SECOND", nothing))
    again = await run(ask, 1)
    assert (again["status"], again["error"]) == ("QUEUED", None)
    assert [step["status"] for step in again["steps"]] == ["QUEUED", "DONE"]
    await do_all(services, 1)
    assert (await run(ask, 1))["status"] == "DONE"
    assert await counters(shop) == before


async def test_a_pass_is_cancelled_and_then_begun_by_who_asks_alone(
    ask: Asker, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, NightStep("FIRST", nothing))
    begun = await run(ask, 1)
    cancelled = (await ask.being(Role.ADMIN)(CANCEL, id=begun["id"]))["cancelJob"]
    assert cancelled == {"__typename": "Job", "status": "CANCELLED", "steps": [{"status": "CANCELLED"}]}
    assert not await nights.begin_night(services.database, ask.viewer.business_id, 3, lambda: NOW + DAY)
    assert (await run(ask, 1))["status"] == "QUEUED"
    await do_all(services, 1)
    assert (await run(ask, 1))["status"] == "DONE"
