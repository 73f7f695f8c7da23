"""Many customers changed at once: in the call, and as a job that survives its process."""

import asyncio
import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from resolvers import targets
from resolvers.held_jobs import HeldJob
from resolvers.job_files import job_file_behind
from resolvers.job_kinds import do_batch
from resolvers.links import LinkRefused
from resolvers.operation.ids import global_id
from resolvers.operation.leases import LeaseLost
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from server.job_loop import do_a_job
from tests.builders import NOW, Shop
from tests.schema.conftest import Asker, customer_id
from tests.schema.writing import counters, everything, problems_of, refusals_of

SHOWN = f"""{refusals_of("BulkResult")} ... on InvalidCriteria {{ code line column endColumn suggestion }}
    ... on BulkDone {{ matched updated unchanged refusedCount refused {{ customer message reason }} applied
        job {{ id kind status startedBy done total error resultUrl steps {{ name }} }} }}"""
ACTIVE = f"""mutation ($target: CustomerTarget!, $isActive: Boolean!, $dryRun: Boolean! = false) {{
    setCustomersActive(target: $target, isActive: $isActive, dryRun: $dryRun) {{ {SHOWN} }} }}"""
TAGS = f"""mutation ($target: CustomerTarget!, $add: [String!], $remove: [String!], $dryRun: Boolean! = false) {{
    setCustomersTags(target: $target, add: $add, remove: $remove, dryRun: $dryRun) {{ {SHOWN} }} }}"""
CONSENT = f"""mutation ($target: CustomerTarget!, $consent: ConsentInput!) {{
    setCustomersConsent(target: $target, consent: $consent) {{ {SHOWN} }} }}"""
JOB = "query ($id: ID!) { job(id: $id) { status done total error startedAt finishedAt resultUrl } }"
CANCEL = f"""mutation ($id: ID!) {{ cancelJob(id: $id) {{ {refusals_of("JobResult")} ... on Job {{ status }} }} }}"""


def clock() -> datetime:
    return NOW


async def tag(ask: Asker, target: Any, role: Role = Role.MANAGER, **given: Any) -> Any:
    return (await ask.being(role)(TAGS, target=target, **given))["setCustomersTags"]


async def job_of(ask: Asker, id_: str) -> Any:
    return (await ask.being(Role.MANAGER)(JOB, id=id_))["job"]


def told(done: Any) -> tuple[int, ...]:
    assert done["__typename"] == "BulkDone", done
    return tuple(done[name] for name in ("matched", "updated", "unchanged", "refusedCount"))


def ids(shop: Shop, *numbers: str) -> Any:
    return {"ids": [customer_id(shop, number) for number in numbers]}


async def crowd(shop: Shop, count: int, **columns: Any) -> list[str]:
    """So many customers more."""
    numbers = [shop.customer(f"N{n:05}", **columns) for n in range(count)]
    await shop.save()
    return numbers


# ---------------------------------------------------------------- in the call


async def test_tags_are_put_on_and_taken_off_and_each_customer_has_its_entry(ask: Asker, shop: Shop) -> None:
    before = await counters(shop)
    meant = ids(shop, "ANN", "BEN", "NEW", "NEW", "GONE", "OLD")
    done = await tag(ask, meant, add=["vip", "tea"], remove=["local"])
    assert (told(done), done["refused"], done["applied"], done["job"]) == ((3, 3, 0, 0), [], True, None)
    found = await ask("{ customers(orderBy: NAME) { nodes { number tags } } }")
    tags = {node["number"]: node["tags"] for node in found["customers"]["nodes"]}
    assert (tags["ANN"], tags["BEN"], tags["NEW"]) == (["tea", "vip"],) * 3
    after = await counters(shop)
    assert (after["revision"] - before["revision"], after["entries"] - before["entries"]) == (1, 3)
    again = await tag(ask, meant, add=["vip", "tea"], remove=["local"])
    assert told(again) == (3, 0, 3, 0)
    assert await counters(shop) == after


async def test_reports_see_what_was_tagged(ask: Asker, shop: Shop) -> None:
    by_tag = '{ customers(filter: {tags: ["new"]}, orderBy: TOTAL_SPENT) { nodes { number } } }'
    assert (await ask(by_tag))["customers"]["nodes"] == []
    await tag(ask, ids(shop, "ANN", "BEN"), add=["new"])
    assert (await ask(by_tag))["customers"]["nodes"] == [{"number": "ANN"}, {"number": "BEN"}]
    await tag(ask, ids(shop, "ANN"), remove=["new"])
    assert (await ask(by_tag))["customers"]["nodes"] == [{"number": "BEN"}]


async def test_who_would_have_too_many_tags_is_refused_and_stops_no_other(ask: Asker, shop: Shop) -> None:
    await tag(ask, ids(shop, "ANN"), add=[f"t{n}" for n in range(248)])  # beside two
    done = await tag(ask, ids(shop, "ANN", "BEN"), add=["another"])
    assert told(done) == (2, 1, 0, 1)
    message = "The customer would have more than 250 tags."
    assert done["refused"] == [{"customer": customer_id(shop, "ANN"), "message": message, "reason": None}]


async def test_customers_are_deactivated_and_served_again(ask_both: Asker) -> None:
    filter_ = {"filter": {"search": "anna"}}
    boss = ask_both.being(Role.MANAGER)
    done = (await boss(ACTIVE, target=filter_, isActive=False))["setCustomersActive"]
    assert told(done) == (2, 2, 0, 0)
    active = "{ customers(filter: {isActive: true}) { totalCount } }"
    assert (await ask_both(active))["customers"] == {"totalCount": 2}  # BEN, NONAME
    one = (await boss(ACTIVE, target={"filter": {"isActive": False}}, isActive=True))["setCustomersActive"]
    assert told(one) == (3, 3, 0, 0)


async def test_a_dry_run_says_what_would_be_and_changes_nothing(ask: Asker, shop: Shop) -> None:
    before = await everything(shop.database)
    done = await tag(ask, {"filter": {}}, add=["tea"], dryRun=True)
    assert (told(done), done["applied"]) == ((5, 5, 0, 0), False)
    boss = ask.being(Role.MANAGER)
    assert told((await boss(ACTIVE, target={"filter": {}}, isActive=False, dryRun=True))["setCustomersActive"])[1] == 4
    assert await everything(shop.database) == before


async def test_a_consent_is_added_where_there_is_a_contact_for_it(ask: Asker, shop: Shop) -> None:
    before = await counters(shop)
    boss = ask.being(Role.MANAGER)
    given = {"channel": "EMAIL", "given": True, "source": "STAFF", "at": "2026-03-01T10:00:00Z"}
    done = (await boss(CONSENT, target=ids(shop, "ANN", "BEN"), consent=given))["setCustomersConsent"]
    assert told(done) == (2, 1, 0, 1)
    assert done["refused"][0]["customer"] == customer_id(shop, "BEN")
    withdrawn = {"channel": "EMAIL", "given": False, "source": "API"}
    both = (await boss(CONSENT, target=ids(shop, "ANN", "BEN"), consent=withdrawn))["setCustomersConsent"]
    assert told(both) == (2, 2, 0, 0)
    states = '{ customer(by: {number: "ANN"}) { consentStates { channel status } consents { email } } }'
    shown = (await ask(states))["customer"]
    assert (shown["consentStates"][0]["status"], shown["consents"]["email"]) == ("WITHDRAWN", False)
    after = await counters(shop)
    assert (after["revision"] - before["revision"], after["entries"] - before["entries"]) == (2, 3)


async def test_refusals_change_nothing(ask: Asker, shop: Shop) -> None:
    before, ann = await everything(shop.database), ids(shop, "ANN")
    assert problems_of(await tag(ask, ann)) == [("add", "REQUIRED")]
    wrong = await tag(ask, ann, add=["a", " ", "t" * 81], remove=["a"])
    assert problems_of(wrong) == [("add.1", "REQUIRED"), ("add.2", "TOO_LONG"), ("remove.0", "NOT_TOGETHER")]
    for consent, problem in (
        ({"channel": "PUSH", "given": True, "source": "PORTAL"}, ("consent.source", "UNKNOWN_VALUE")),
        ({"channel": "PUSH", "given": True, "at": "2026-03-05T12:00:01Z"}, ("consent.at", "IN_THE_FUTURE")),
    ):
        refused = (await ask.being(Role.MANAGER)(CONSENT, target=ann, consent=consent))["setCustomersConsent"]
        assert problems_of(refused) == [problem]
    segment = await tag(ask, {"segment": global_id("Segment", 1)}, add=["a"])
    assert (segment["__typename"], segment["path"]) == ("NotFound", ["target", "segment"])
    criteria = await tag(ask, {"criteria": "spent > 1"}, add=["a"])
    assert (criteria["__typename"], criteria["code"], criteria["line"]) == ("InvalidCriteria", "FORBIDDEN", 1)
    assert (criteria["column"], criteria["endColumn"], criteria["suggestion"]) == (0, 9, None)
    for target in ({"criteria": "spent > 1"}, {"filter": {}}):
        refused = await tag(ask, target, Role.STAFF, add=["a"])
        assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "NEEDS_MANAGER")
    await ask.being(Role.MANAGER).refused(TAGS, target={"ids": ["nonsense"]}, add=["a"])
    await ask.refused(TAGS, target={"ids": [customer_id(shop, "ANN")] * 1_001}, add=["a"])
    assert await everything(shop.database) == before
    assert targets.MOST_NAMED == 1_000


async def test_more_than_a_hundred_refusals_are_a_file(ask: Asker, shop: Shop, services: Services) -> None:
    await crowd(shop, 101)
    given = {"channel": "SMS", "given": True}
    boss = ask.being(Role.MANAGER)
    done = (await boss(CONSENT, target={"filter": {"search": "n0"}}, consent=given))["setCustomersConsent"]
    assert (told(done), len(done["refused"])) == ((101, 0, 0, 101), 100)
    job = done["job"]
    assert (job["kind"], job["status"], job["startedBy"], job["steps"]) == ("BULK", "DONE", "stan", [])
    url = urlsplit(job["resultUrl"])
    name, token = url.path.removeprefix("/jobs/"), parse_qs(url.query)["token"][0]
    file = await job_file_behind(services, name, token, NOW)
    lines = list(csv.reader(StringIO(file.content.decode())))
    assert (file.media_type, lines[0], len(lines)) == (
        "text/csv; charset=utf-8",
        ["customer", "reason", "message"],
        102,
    )
    assert lines[1][0] == customer_id(shop, "N00000")
    for wrong in (
        (name, token[:-2] + "xx", NOW),
        ("other.csv", token, NOW),
        (name, token, NOW + timedelta(minutes=10)),
    ):
        with pytest.raises(LinkRefused):
            await job_file_behind(services, *wrong)


# ---------------------------------------------------------------- as a job


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than three customers are a job, of two in a batch."""
    monkeypatch.setattr("resolvers.large_writes.MOST_IN_A_CALL", 3)
    monkeypatch.setattr(
        "resolvers.large_writes.batches_of", lambda ids: [ids[n : n + 2] for n in range(0, len(ids), 2)]
    )


@pytest.mark.usefixtures("many")
async def test_a_large_write_goes_on_as_a_job(ask_both: Asker, both_services: Services) -> None:
    done = await tag(ask_both, {"filter": {}}, add=["tea"])
    assert (told(done), done["applied"], done["job"]["status"], done["job"]["total"]) == (
        (0, 0, 0, 0),
        True,
        "QUEUED",
        5,
    )
    assert await do_a_job(both_services, clock)
    assert not await do_a_job(both_services, clock)
    job = await job_of(ask_both, done["job"]["id"])
    assert (job["status"], job["done"], job["error"], job["resultUrl"]) == ("DONE", 5, None, None)
    counted = await ask_both('{ customers(filter: {tags: ["tea"]}) { totalCount } }')
    assert counted["customers"] == {"totalCount": 5}
    again = await tag(ask_both, {"filter": {}}, remove=["tea"], dryRun=True)
    await do_a_job(both_services, clock)
    assert (await job_of(ask_both, again["job"]["id"]))["done"] == 5
    assert (await ask_both('{ customers(filter: {tags: ["tea"]}) { totalCount } }'))["customers"] == {"totalCount": 5}


@pytest.mark.usefixtures("many")
async def test_a_job_goes_on_from_its_last_batch_and_does_none_twice(
    ask: Asker, shop: Shop, services: Services
) -> None:
    before = await counters(shop)
    started = await tag(ask, {"filter": {}}, add=["tea"])
    first = await HeldJob.taken(services, NOW)
    assert first is not None
    assert await do_batch(services, first, clock)  # and then it is killed
    assert await HeldJob.taken(services, NOW + timedelta(seconds=20)) is None
    assert await do_a_job(services, lambda: NOW + timedelta(seconds=21))
    with pytest.raises(LeaseLost):  # it was only silent, and comes back
        await do_batch(services, first, clock)
    job = await job_of(ask, started["job"]["id"])
    assert (job["status"], job["done"]) == ("DONE", 5)
    after = await counters(shop)
    assert (after["revision"] - before["revision"], after["entries"] - before["entries"]) == (3, 5)


@pytest.mark.usefixtures("many")
async def test_two_processes_do_not_do_the_same_job(ask: Asker, services: Services) -> None:
    await tag(ask, {"filter": {}}, add=["tea"])
    taken = await asyncio.gather(*(HeldJob.taken(services, NOW) for _ in range(4)))
    assert len([lease for lease in taken if lease is not None]) == 1


@pytest.mark.usefixtures("many")
async def test_a_job_is_cancelled_between_two_batches(ask: Asker, services: Services) -> None:
    started = await tag(ask, {"filter": {}}, add=["tea"])
    lease = await HeldJob.taken(services, NOW)
    assert lease is not None
    await do_batch(services, lease, clock)
    cancelled = (await ask.being(Role.MANAGER)(CANCEL, id=started["job"]["id"]))["cancelJob"]
    assert cancelled == {"__typename": "Job", "status": "RUNNING"}
    assert not await do_batch(services, lease, clock)
    job = await job_of(ask, started["job"]["id"])
    assert (job["status"], job["done"]) == ("CANCELLED", 2)
    assert (await ask('{ customers(filter: {tags: ["tea"]}) { totalCount } }'))["customers"] == {"totalCount": 2}


@pytest.mark.usefixtures("many")
async def test_a_job_is_its_starters_and_admins(ask: Asker, shop: Shop, other: Shop) -> None:
    started = await tag(ask, {"filter": {}}, add=["tea"])
    id_ = started["job"]["id"]
    someone = Asker(ask.services, Viewer("mia", Role.MANAGER, shop.id))
    node = f'{{ node(id: "{id_}") {{ id }} }}'
    assert await someone(JOB, id=id_) == {"job": None}
    assert await someone(node) == {"node": None}
    before = await everything(shop.database)
    refused = (await someone(CANCEL, id=id_))["cancelJob"]
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "NOT_YOURS")
    stranger = Asker(ask.services, Viewer("zed", Role.ADMIN, other.id))
    assert (await stranger(CANCEL, id=id_))["cancelJob"]["__typename"] == "NotFound"
    assert await stranger(JOB, id=id_) == {"job": None}
    assert await everything(shop.database) == before
    admin = Asker(ask.services, Viewer("ada", Role.ADMIN, shop.id))
    assert (await admin(node))["node"] == {"id": id_}
    listed = await admin("{ jobs(kind: BULK) { nodes { id } } }")
    assert listed["jobs"]["nodes"] == [{"id": id_}]
    assert (await admin("{ jobs(kind: REPLAY) { nodes { id } } }"))["jobs"]["nodes"] == []
    assert (await admin(CANCEL, id=id_))["cancelJob"] == {"__typename": "Job", "status": "CANCELLED"}
    assert (await admin(CANCEL, id=id_))["cancelJob"] == {"__typename": "Job", "status": "CANCELLED"}


@pytest.mark.usefixtures("many")
async def test_a_job_that_is_done_is_not_cancelled(ask: Asker, services: Services) -> None:
    started = await tag(ask, {"filter": {}}, add=["tea"])
    await do_a_job(services, clock)
    refused = (await ask.being(Role.MANAGER)(CANCEL, id=started["job"]["id"]))["cancelJob"]
    assert (refused["__typename"], refused["reason"]) == ("NotAllowed", "WRONG_STATE")


@pytest.mark.usefixtures("many")
async def test_a_job_that_meets_an_error_says_so_and_is_not_tried_for_ever(
    ask: Asker, shop: Shop, services: Services
) -> None:
    started = await tag(ask, {"filter": {}}, add=["tea"])
    async with shop.database.transaction(shop.id) as connection:
        await connection.execute(text("UPDATE job SET asked = '{}'"))
    assert await do_a_job(services, clock)
    assert not await do_a_job(services, clock)
    job = await job_of(ask, started["job"]["id"])
    assert (job["status"], job["error"]) == ("FAILED", "It met an error that is in the server's log.")


@pytest.mark.usefixtures("many")
async def test_the_refusals_of_a_job_are_its_file(ask: Asker, services: Services) -> None:
    boss: Callable[..., Any] = ask.being(Role.MANAGER)
    given = {"channel": "SMS", "given": True}
    started = (await boss(CONSENT, target={"filter": {}}, consent=given))["setCustomersConsent"]
    await do_a_job(services, clock)
    job = await job_of(ask, started["job"]["id"])
    url = urlsplit(job["resultUrl"])
    name, token = url.path.removeprefix("/jobs/"), parse_qs(url.query)["token"][0]
    file = await job_file_behind(services, name, token, NOW)
    assert len(file.content.decode().splitlines()) == 1 + 4  # ANN has a phone
