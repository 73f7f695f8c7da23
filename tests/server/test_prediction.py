"""Predictions over HTTP: what is still being fitted is answered anew, what is fitted is kept."""

import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from analytics.prediction import fits
from models.database import Database
from resolvers.operation.viewer import Role, Viewer
from server.app import create_app
from server.identity.auth import token_for
from server.settings import Settings
from tests.builders import open_shop
from tests.schema.predicting import lively
from tests.server.conftest import SECRET

ONE = """{ customer(by: { number: "C001" }) { clv { prediction {
  ... on NotEnoughData { reason }
  ... on PredictedCLV { modelVersion }
} } } }"""
MODEL = "{ lifetimeValueModel { status version } }"


class Asking:
    """Asks a server as a manager; a GET of the same is answered with 304 where it may be."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client = client
        self.token = token

    def __call__(self, query: str, etag: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        return self.client.get(
            "/graphql", params={"query": query}, headers=headers | ({"If-None-Match": etag} if etag else {})
        )

    def prediction(self) -> Any:
        """The answer, and the prediction in it."""
        answer = self(ONE)
        return answer, answer.json()["data"]["customer"]["clv"]["prediction"]


@pytest.fixture
async def url(sqlite_url: str) -> str:
    database = Database(sqlite_url)
    shop = await open_shop(database)
    lively(shop)
    await shop.save()
    await database.close()
    return sqlite_url


@pytest.fixture
def served(url: str) -> Generator[Asking]:
    settings = Settings(database_url=url, secret_key=SECRET, rate_limit=None)  # pyright: ignore[reportArgumentType]
    token = token_for(Viewer("mona", Role.MANAGER, 1), settings, datetime.now(UTC), timedelta(hours=1))
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        yield Asking(client, token)


def test_what_is_being_fitted_is_not_kept_and_what_is_fitted_is(served: Asking) -> None:
    answer, prediction = served.prediction()
    assert prediction == {"reason": "FITTING"}
    assert "etag" not in answer.headers
    model = served(MODEL)
    assert model.json()["data"]["lifetimeValueModel"]["status"] == "READY"
    answer, prediction = served.prediction()
    assert prediction == {"modelVersion": model.json()["data"]["lifetimeValueModel"]["version"]}
    assert served(ONE, answer.headers["etag"]).status_code == 304
    assert served(MODEL, model.headers["etag"]).status_code == 304


def test_when_a_model_was_fitted_is_told_anew(served: Asking) -> None:
    assert "etag" not in served("{ lifetimeValueModel { fittedAt } }").headers


def test_a_stopped_server_ends_its_fits(served: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: Any) -> Any:
        time.sleep(0.3)
        raise RuntimeError("nobody waits for this")

    monkeypatch.setattr(fits, "model_of", slow)
    assert served.prediction()[1] == {"reason": "FITTING"}
