"""What customers will be worth, through GraphQL: the published models on the imported CDNOW sample."""

import shutil
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import pytest_asyncio

from ingest.loader import import_file
from ingest.presets import preset
from models.database import Database
from resolvers.businesses import ensure_business, find_business
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import ACTOR
from tests.oracle import attention
from tests.schema.conftest import Asker
from tests.schema.predicting import PREDICTION, model, predictions


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cdnow_store(sqlite_template: Path, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CDNOW sample, imported as anybody would."""
    folder = tmp_path_factory.mktemp("cdnow")
    path = folder / "store.db"
    shutil.copy(sqlite_template, path)
    database, now = Database(f"sqlite:///{path}"), datetime(1998, 7, 1, 12, tzinfo=UTC)
    shop = await ensure_business(database, "CDNOW", currency="USD", timezone="America/New_York", now=now)
    file, rejects = data_dir / "cdnow_sample.csv.gz", folder / "rejects.csv"
    await import_file(
        database, path=file, business=shop, mapping=preset("cdnow"), now=now, actor=ACTOR, rejects=rejects
    )
    await database.close()
    return path


@pytest.fixture
async def cdnow(cdnow_store: Path, tmp_path: Path) -> AsyncGenerator[Asker]:
    path = tmp_path / "cdnow.db"
    shutil.copy(cdnow_store, path)
    services = Services(Database(f"sqlite:///{path}"))
    business = await find_business(services.database, "CDNOW")
    yield Asker(services, Viewer("mona", Role.MANAGER, business.id), datetime(1998, 7, 1, 12, tzinfo=UTC))
    await services.close()


def rounded(parameters: Any, digits: int) -> dict[str, float]:
    return {p["name"]: round(p["value"], digits) for p in parameters}


async def test_the_published_models_of_cdnow(cdnow: Asker) -> None:
    found = await model(cdnow, "1997-10-01")
    assert (found["status"], found["message"], found["customers"]) == ("READY", None, 2357)
    assert found["fittedThrough"] == "1997-09-30"
    assert found["version"].startswith("MBG/NBD+Gamma-Gamma 1 1997-09-30 ")
    assert rounded(found["transactionModel"], 3) == {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}
    assert rounded(found["spendModel"], 2) == {"p": 6.25, "q": 3.74, "gamma": 15.44}
    assert round(found["spendLogLikelihood"], 2) == -4055.92
    assert round(found["logLikelihood"], 1) == -9582.1
    reference = found["reference"]
    assert reference["name"] == "BG/NBD"
    assert rounded(reference["parameters"], 3) == {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert round(reference["logLikelihood"], 1) == -9582.4
    told = [*found["transactionModel"], *found["spendModel"], *reference["parameters"]]
    assert all(0 < parameter["standardError"] < parameter["value"] for parameter in told)


async def test_the_holdout_is_the_last_fourth_of_the_days(cdnow: Asker) -> None:
    check = (await model(cdnow, "1997-10-01"))["holdout"]
    assert (check["calibrationEnd"], check["holdoutDays"]) == ("1997-07-24", 68)  # 273 days from 1 January
    assert check["customers"] == 2357
    assert [bin_["label"] for bin_ in check["byRepeatOrders"]] == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert sum(bin_["customers"] for bin_ in check["byRepeatOrders"]) == 2357
    total = sum(bin_["customers"] * bin_["actualMean"] for bin_ in check["byRepeatOrders"])
    assert total == pytest.approx(check["actualOrders"])
    assert check["predictedOrders"] == pytest.approx(check["actualOrders"], rel=0.2)
    assert 0 < check["meanAbsoluteError"] < 1


async def test_predictions_of_cdnow(cdnow: Asker) -> None:
    version = (await model(cdnow, "1997-10-01"))["version"]
    found = await predictions(cdnow, '(asOf: "1997-10-01", horizonDays: 273)')
    assert len(found) == 1000
    for one in found.values():
        assert (one["modelVersion"], one["horizonDays"]) == (version, 273)
        left = 1 - one["probabilityAlive"]
        assert one["churnRisk"] == ("LOW" if left < 1 / 3 else "HIGH" if left > 2 / 3 else "MEDIUM")
        interval = one["expectedOrdersInterval"]
        assert 0 <= interval["low"] <= interval["high"]
        assert interval["level"] == 0.8
        assert Decimal(one["totalValue"]) == Decimal(one["revenue"]) + Decimal(one["predictedRevenue"])
        least = Decimal(one["expectedAverageOrderValue"]) * Decimal(one["expectedOrders"]) / Decimal("1.08")
        most = Decimal(one["expectedAverageOrderValue"]) * Decimal(one["expectedOrders"])
        assert least - 1 <= Decimal(one["predictedRevenue"]) <= most + 1
        assert one["predictedProfit"] is None  # nothing has a cost
        days = one["expectedNextOrderDate"] and (date.fromisoformat(one["expectedNextOrderDate"]) - date(1997, 10, 1))
        assert days is None or timedelta(0) < days <= timedelta(1095)
        assert (days is not None and days <= timedelta(273)) == (one["expectedOrders"] >= 1)


async def test_order_predicted_is_by_predicted_revenue_over_all_pages(cdnow: Asker) -> None:
    # Takes seconds: the model of a real shop is fitted.
    await model(cdnow, "1997-10-01")
    fields = f"{{ rank customer {{ number }} clv {{ {PREDICTION} }} }}"
    nodes, after = [], ""
    for _ in range(3):
        arguments = f'asOf: "1997-10-01", orderBy: PREDICTED, horizonDays: 90, first: 1000{after}'
        wanted = f"notices customers {{ pageInfo {{ endCursor }} nodes {fields} }}"
        query = f"{{ lifetimeValueReport({arguments}) {{ {wanted} }} }}"
        report = (await cdnow(query))["lifetimeValueReport"]
        assert report["notices"] == []
        nodes += report["customers"]["nodes"]
        after = f', after: "{report["customers"]["pageInfo"]["endCursor"]}"'
    assert [node["rank"] for node in nodes] == list(range(1, 2358))
    keys = [(-Decimal(n["clv"]["prediction"]["predictedRevenue"]), n["customer"]["number"]) for n in nodes]
    assert keys == sorted(keys)
    assert {n["clv"]["prediction"]["horizonDays"] for n in nodes} == {90}


async def test_churn_risks_divide_the_customers(cdnow: Asker) -> None:
    await model(cdnow, "1997-10-01")
    seen: list[str] = []
    for risk in ("LOW", "MEDIUM", "HIGH"):
        arguments = f'first: 1000, asOf: "1997-10-01", filter: {{ churnRisk: {risk}, totalSpent: {{ min: 100 }} }}'
        fields = '{ number clv(asOf: "1997-10-01") { prediction { ... on PredictedCLV { churnRisk } } } }'
        page = (await cdnow(f"{{ customers({arguments}) {{ totalCount nodes {fields} }} }}"))["customers"]
        assert page["totalCount"] == len(page["nodes"])
        assert {node["clv"]["prediction"]["churnRisk"] for node in page["nodes"]} == {risk}
        seen += [node["number"] for node in page["nodes"]]
    everyone = 'first: 1000, asOf: "1997-10-01", filter: { totalSpent: { min: 100 } }'
    nodes = (await cdnow(f"{{ customers({everyone}) {{ nodes {{ number }} }} }}"))["customers"]["nodes"]
    assert sorted(seen) == sorted(node["number"] for node in nodes)


async def test_a_risk_and_a_segment_must_both_hold(cdnow: Asker) -> None:
    await model(cdnow, "1997-10-01")

    async def numbers(conditions: str) -> set[str]:
        query = f'{{ customers(first: 1000, asOf: "1997-10-01", filter: {{ {conditions} }}) {{ nodes {{ number }} }} }}'
        return {node["number"] for node in (await cdnow(query))["customers"]["nodes"]}

    low, champions = await numbers("churnRisk: LOW"), await numbers('rfmSegment: "CHAMPION"')
    both = await numbers('churnRisk: LOW, rfmSegment: "CHAMPION"')
    assert both == low & champions
    assert both


def purchases_of(data_dir: Path) -> pd.DataFrame:
    """Who bought on which day, read without the product's code."""
    rows = pd.read_csv(data_dir / "cdnow_sample.csv.gz", parse_dates=["date"])
    days = [when.date().toordinal() for when in rows.date]
    return pd.DataFrame({"customer": rows.master_id.astype(str), "day": days})


async def all_of(cdnow: Asker, arguments: str, nodes: str) -> tuple[list[Any], int]:
    """All customers of a list, page by page, and how many it says that there are."""
    found: list[Any] = []
    after = "null"
    while after:
        query = f"customers(first: 1000, after: {after}, {arguments})"
        fields = f"totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {nodes} }}"
        page = (await cdnow(f"{{ {query} {{ {fields} }} }}"))["customers"]
        found += page["nodes"]
        after = page["pageInfo"]["hasNextPage"] and f'"{page["pageInfo"]["endCursor"]}"'
    return found, page["totalCount"]


async def test_who_needs_attention_is_who_an_independent_computation_finds(cdnow: Asker, data_dir: Path) -> None:
    found = await model(cdnow)
    parameters = {parameter["name"]: parameter["value"] for parameter in found["transactionModel"]}
    expected = attention.attention(purchases_of(data_dir), parameters, date(1998, 7, 1).toordinal())
    for kind, customers in expected.items():
        listed, count = await all_of(cdnow, f"filter: {{attention: {kind}}}", "number")
        assert {node["number"] for node in listed} == customers
        assert len(listed) == count > 10


async def test_what_is_at_stake_is_what_an_independent_computation_finds(cdnow: Asker, data_dir: Path) -> None:
    # Takes seconds: the model of a real shop is fitted.
    found = await model(cdnow)
    parameters = {parameter["name"]: parameter["value"] for parameter in found["transactionModel"]}
    chances = attention.chances(purchases_of(data_dir), parameters, date(1998, 7, 1).toordinal())
    fields = "number atStake clv { prediction { ... on PredictedCLV { predictedRevenue } } }"
    nodes, count = await all_of(cdnow, "orderBy: AT_STAKE", fields)
    assert len(nodes) == count == len(chances) == 2357
    stakes = [node["atStake"] and Decimal(node["atStake"]) for node in nodes]
    known = [stake for stake in stakes if stake is not None]
    assert stakes == [*sorted(known, reverse=True), *[None] * (count - len(known))]
    for node, stake in zip(nodes, stakes, strict=True):
        predicted = Decimal(node["clv"]["prediction"]["predictedRevenue"])
        assert attention.is_stake(stake, predicted, chances[node["number"]]), node["number"]
