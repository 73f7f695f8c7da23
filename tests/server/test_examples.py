"""The operations that the GraphiQL page opens with, run as a browser runs them."""

import asyncio
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from resolvers.operation.viewer import Role, Viewer
from server.app import create_app
from server.commands import filling
from server.http.page import Example, examples
from server.identity.auth import token_for
from server.settings import load_settings


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestClient]:
    """A client of a server in demo mode, with the demo shop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("demo"))
        settings = load_settings()
        asyncio.run(filling.grow(settings, now=datetime.now(UTC), customers=60))
        local = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}
        with TestClient(create_app(settings), **local) as client:  # pyright: ignore[reportArgumentType]
            yield client


@pytest.fixture(autouse=True)
def elsewhere(demo: TestClient) -> None:
    """Stay in the folder of the demo, not in one for each test."""


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_is_answered(demo: TestClient, example: Example) -> None:
    viewer = Viewer("demo", Role.ADMIN, 1, None, True)
    token = token_for(viewer, load_settings(), datetime.now(UTC), timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}

    answer = demo.post("/graphql", json={"query": example.query}, headers=headers).json()

    assert "errors" not in answer
    assert leaves(answer["data"]) > 5


def leaves(value: Any) -> int:
    """How many values an answer holds."""
    if isinstance(value, dict):
        return sum(leaves(part) for part in value.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return sum(leaves(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return 1
