"""All that is kept about one person: what is in the file, who gets it, and that it goes with the person."""

import asyncio
import csv
import json
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel
from typer.testing import CliRunner

from models.belonging import BELONGINGS
from models.personal import NOT_GIVEN, tables_of_person
from resolvers.job_files import job_file_behind
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role
from server.commands.command_line import cli
from server.job_loop import do_a_job
from tests.builders import NOW, Shop
from tests.schema.conftest import Asker, customer_id, request_id
from tests.schema.corner_shop import PERSONAL_OF_ANN, PERSONAL_OF_TOUCHPOINTS, corner_shop
from tests.schema.writing import counters, everything, refusals_of
from tests.server.conftest import SECRET

JOB = "id kind status startedBy done total error resultUrl"
EXPORT = (
    f"""mutation ($id: ID!) {{ exportCustomer(id: $id) {{ {refusals_of("JobResult")} ... on Job {{ {JOB} }} }} }}"""
)


async def export(ask: Asker, id_: str) -> Any:
    return (await ask.being(Role.ADMIN)(EXPORT, id=id_))["exportCustomer"]


async def job_of(ask: Asker, id_: str) -> Any:
    return (await ask.being(Role.ADMIN)(f"query ($id: ID!) {{ job(id: $id) {{ {JOB} }} }}", id=id_))["job"]


async def file_of(services: Services, url: str) -> zipfile.ZipFile:
    path, _, token = url.partition("?token=")
    found = await job_file_behind(services, path.rpartition("/")[2], token, NOW)
    assert found.media_type == "application/zip"
    return zipfile.ZipFile(BytesIO(found.content))


async def test_a_job_gathers_all_of_a_person_and_nothing_of_others(ask_both: Asker) -> None:
    shop = await corner_shop(ask_both.services.database, name="Another")
    ask = Asker(ask_both.services, ask_both.being(Role.ADMIN, business_id=shop.id).viewer)
    before, ann = await counters(shop), customer_id(shop, "ANN")
    begun = await export(ask, ann)
    assert (begun["__typename"], begun["kind"], begun["status"], begun["resultUrl"]) == (
        "Job", "PERSON_EXPORT", "QUEUED", None,
    )  # fmt: skip
    assert await do_a_job(ask.services, lambda: NOW)
    done = await job_of(ask, begun["id"])
    assert (done["status"], done["done"], done["total"], done["error"]) == ("DONE", 1, 1, None)
    assert await counters(shop) == before

    with await file_of(ask.services, done["resultUrl"]) as file:
        content = json.loads(file.read("everything.json"))
        assert sorted(file.namelist()) == sorted(["everything.json", *(f"{kind}.csv" for kind in content)])
        sales = list(csv.DictReader(StringIO(file.read("sale.csv").decode())))
    assert {kind: len(rows) for kind, rows in content.items()} == {
        "customer": 2, "customerTag": 2, "externalId": 2, "consentEvent": 2, "sale": 6, "refund": 3, "payment": 5,
        "touchpoint": 7, "job": 1, "saleItem": 8,
    }  # fmt: skip
    mine = next(row for row in content["customer"] if row["number"] == "ANN")
    assert mine["id"] == ann
    assert (mine["creditLimit"], mine["openingBalance"], mine["joinedDay"]) == ("500.00", "20.00", "2024-01-15")
    assert mine["referrer"] == customer_id(shop, "BEN")
    for column, value in PERSONAL_OF_ANN.items():
        assert str(value) in mine.values(), column
    assert [row["mergedInto"] for row in content["customer"] if row["number"] == "OLD"] == [ann]
    assert PERSONAL_OF_TOUCHPOINTS in [row["notes"] for row in content["touchpoint"]]
    assert [(row["number"], row["total"]) for row in sales][:2] == [("A1", "8.00"), ("A2", "12.00")]
    assert {row["customer"] for row in content["sale"]} == {ann}
    assert not {"Ben", "B1", "N1", "Idle"} & {
        value for rows in content.values() for row in rows for value in row.values()
    }


async def test_requests_with_their_reasons_and_a_linked_subject_are_in_it(ask: Asker, shop: Shop) -> None:
    link = 'mutation ($id: ID!) { linkCustomer(id: $id, subject: "=subject-1") { __typename } }'
    await ask.being(Role.MANAGER)(link, id=customer_id(shop, "IDLE"))
    begun = await export(ask, customer_id(shop, "IDLE"))
    await do_a_job(ask.services, lambda: NOW)
    with await file_of(ask.services, (await job_of(ask, begun["id"]))["resultUrl"]) as file:
        content = json.loads(file.read("everything.json"))
        in_csv = file.read("externalId.csv").decode()
    assert [(row["id"], row["reason"]) for row in content["erasureRequest"]] == [(request_id(shop), "marker reason")]
    assert [(row["system"], row["value"]) for row in content["externalId"]] == [("subject", "=subject-1")]
    assert "'=subject-1" in in_csv, "no spreadsheet takes it for a formula"


@pytest.mark.parametrize(("number", "reason"), [("GONE", "ERASED"), ("OLD", "MERGED")])
async def test_of_whom_there_is_none(ask: Asker, shop: Shop, number: str, reason: str) -> None:
    before = await everything(shop.database)
    assert (await export(ask, customer_id(shop, number)))["reason"] == reason
    assert await everything(shop.database) == before


async def test_the_file_goes_with_the_person_and_a_job_that_waits_fails(ask: Asker, shop: Shop) -> None:
    id_ = customer_id(shop, "NONAME")
    first = await export(ask, id_)
    await do_a_job(ask.services, lambda: NOW)
    second = await export(ask, id_)
    erase = "mutation ($id: ID!) { eraseCustomer(id: $id) { ... on ErasePlan { erased { kind count } } } }"
    erased = (await ask.being(Role.ADMIN)(erase, id=id_))["eraseCustomer"]["erased"]
    assert {"kind": "jobFile", "count": 1} in erased
    assert (await job_of(ask, first["id"]))["resultUrl"] is None
    await do_a_job(ask.services, lambda: NOW)
    failed = await job_of(ask, second["id"])
    assert (failed["status"], failed["resultUrl"]) == ("FAILED", None)
    assert "erased" in failed["error"]
    async with shop.database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM job_file"))).scalar_one() == 0


def test_every_table_of_customers_is_given_or_on_a_list_with_its_reason() -> None:
    given = {source.name for source in tables_of_person()}
    assert {one.table.name for one in BELONGINGS} == (given | NOT_GIVEN.keys()) - {"sale_item", "refund_item"}
    assert NOT_GIVEN.keys() <= SQLModel.metadata.tables.keys()


async def test_the_command_writes_a_file_for_its_owner_alone(
    ask: Asker, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", shop.database.url.render_as_string())
    monkeypatch.setenv("SECRET_KEY", SECRET)
    await ask.services.close()
    words = ["export-customer", "--output", str(tmp_path / "ann.zip"), "--customer"]

    done = await asyncio.to_thread(CliRunner().invoke, cli, [*words, "ANN"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "ann.zip").stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(tmp_path / "ann.zip") as file:
        assert len(json.loads(file.read("everything.json"))["sale"]) == 6
    again = await asyncio.to_thread(CliRunner().invoke, cli, [*words, "ANN"])
    assert (again.exit_code, "is there already" in again.output) == (1, True)
