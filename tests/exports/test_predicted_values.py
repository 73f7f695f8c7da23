"""The ranking of customers with predictions: a file waits for the model, and has what a screen shows after."""

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from models.database import Database
from tests.builders import Shop, open_shop
from tests.exports.conftest import Files, Served, plain, serving
from tests.schema.predicting import lively

FIELD = 'lifetimeValueReport(asOf: "2026-03-05", first: 1000)'
PREDICTED = ("probabilityAlive", "churnRisk", "expectedOrders", "predictedRevenue", "predictedProfit", "totalValue")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop_in_store(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Shop]:
    """A shop of which there is much to say, and its store."""
    path = tmp_path_factory.mktemp("lively") / "store.db"
    shutil.copy(sqlite_template, path)
    url = f"sqlite:///{path}"
    database = Database(url)
    shop = await open_shop(database)
    lively(shop)
    await shop.save()
    await database.close()
    return url, shop


@pytest.fixture(scope="module")
def served(shop_in_store: tuple[str, Shop], tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    """That shop, served."""
    with serving(*shop_in_store, tmp_path_factory.mktemp("served")) as made:
        yield made


def test_a_file_has_the_predictions_of_the_answer(files: Files, tmp_path: Path) -> None:
    rows = files.parquet(tmp_path, FIELD)
    nodes = files.ask(
        f"{{ {FIELD} {{ customers {{ nodes {{ customer {{ number }} clv {{ prediction {{ __typename "
        f"... on PredictedCLV {{ {' '.join(PREDICTED)} }} }} }} }} }} }} }}"
    )["lifetimeValueReport"]["customers"]["nodes"]
    answers: dict[str, dict[str, Any]] = {n["customer"]["number"]: n["clv"]["prediction"] for n in nodes}

    assert len(rows) == len(answers) >= 100
    assert {answer["__typename"] for answer in answers.values()} == {"PredictedCLV"}
    for row in rows:
        for name in PREDICTED:
            want = answers[row["number"]][name]
            if name in ("predictedRevenue", "predictedProfit", "totalValue") and want is not None:
                assert str(row[name]) == want, name
            else:
                assert plain(row[name]) == plain(want), name


def test_each_kind_of_file_has_them(files: Files) -> None:
    (first, *_) = files.csv(FIELD)
    sheets = files.xlsx(FIELD)

    assert set(PREDICTED) <= set(first)
    assert {"Churn risk", "Orders to come", "Revenue to come"} <= set(sheets["Customers by value"][0])
