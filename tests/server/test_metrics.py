"""What is measured, who may read it, and what never becomes a label."""

import asyncio
import functools
import os
import re
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from models.database import Database
from resolvers.operation.services import Services
from server.settings import Settings, SettingsError, load_settings
from server.watching import metrics
from server.watching.metrics_port import told_to_this_machine
from server.watching.sampling import Sampler
from tests.analytics.asking import operation
from tests.builders import open_shop
from tests.server.conftest import SECRET, Caller, caller
from tests.servers import NO_TLS, Server, free_port, running

MARKER = "Zq8Marker"


def value(text: str, name: str, **labels: Any) -> float:
    """The value of a metric with these labels, 0 where nothing was counted yet."""
    wanted = {f'{label}="{given}"' for label, given in labels.items()}
    for line in text.splitlines():
        found = re.fullmatch(rf"customer_api_{name}(?:{{(.*)}})? ([\d.e+-]+)", line)
        if found and wanted <= set((found[1] or "").split(",")):
            return float(found[2])
    return 0.0


SCRAPER = {"Authorization": f"Bearer {SECRET[::-1]}"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Those of a server that tells its metrics."""
    return Settings.model_validate({**settings.model_dump(), "metrics_token": SECRET[::-1]})


@pytest.fixture
def read(client: TestClient) -> Any:
    """Reads a metric from this machine."""

    def value_of(name: str, **labels: Any) -> float:
        return value(client.get("/metrics", headers=SCRAPER).text, name, **labels)

    return value_of


def test_operations_are_counted_by_kind_and_outcome(ask: Caller, read: Any) -> None:
    def counted() -> list[float]:
        return [
            read("operation_seconds_count", kind=kind, outcome=outcome)
            for kind, outcome in (("query", "OK"), ("query", "UNAVAILABLE"), ("mutation", "OK"), ("query", "INTERNAL"))
        ]

    before = counted()
    ask("{ role }")
    ask("{ role }")
    ask("mutation { write }")
    ask('{ a: failing(how: "outage") b: failing(how: "refusal") }')
    ask('{ a: failing(how: "bug") b: failing(how: "outage") }')

    assert [now - then for now, then in zip(counted(), before, strict=True)] == [2, 1, 1, 1]


def test_refusals_are_counted_by_code(client: TestClient, ask: Caller, read: Any) -> None:
    codes = ("BAD_USER_INPUT", "UNAVAILABLE", "UNAUTHENTICATED", "GRAPHQL_PARSE_FAILED")
    before = [read("refusals_total", code=code) for code in codes]
    ask('{ a: failing(how: "outage") b: failing(how: "refusal") }')
    ask("{ role ")
    client.post("/graphql", json={"query": "{ role }"})

    assert [read("refusals_total", code=code) - then for code, then in zip(codes, before, strict=True)] == [1, 1, 1, 1]


def test_nothing_that_a_client_gave_is_a_label(client: TestClient, ask: Caller) -> None:
    ask(f"query {MARKER} {{ {MARKER}: role }}")
    ask(f'{{ failing(how: "{MARKER}") }}')
    ask(f"{{ {MARKER} }}")
    client.post(f"/{MARKER}", headers={"X-Request-ID": MARKER, "User-Agent": MARKER})

    assert MARKER not in client.get("/metrics", headers=SCRAPER).text


def test_without_a_token_nobody_reads_them(settings: Settings, shop: Any) -> None:
    for client in ("127.0.0.1", "192.168.1.20"):
        with caller(settings.model_copy(update={"metrics_token": None}), client=(client, 50000)) as near:
            for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
                refused = near.get("/metrics", headers=headers)
                assert (refused.status_code, refused.text) == (403, "Set METRICS_TOKEN to read the metrics.\n")


def test_the_demo_tells_this_machine() -> None:
    with caller(load_settings()) as near:
        assert near.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")


def test_everywhere_they_want_their_token(settings: Settings, shop: Any, token: str) -> None:
    for client in ("127.0.0.1", "192.168.1.20"):
        with caller(settings, client=(client, 50000)) as scraping:
            for wrong in ({}, {"Authorization": f"Bearer {token}"}, {"Authorization": "Bearer é"}):
                headers = {name: given.encode() for name, given in wrong.items()}
                assert scraping.get("/metrics", headers=headers).status_code == 401
            assert scraping.get("/metrics", headers=SCRAPER).status_code == 200


def test_a_port_of_their_own_is_for_this_machine_alone() -> None:
    metrics.count_operation("query", (), 0.01)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with told_to_this_machine(port, None):
        told = httpx2.get(f"{url}/metrics", verify=NO_TLS)
        assert (told.status_code, told.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
        assert value(told.text, "operation_seconds_count", kind="query", outcome="OK") >= 1
        assert httpx2.get(f"http://localhost:{port}/metrics", verify=NO_TLS).status_code == 200
        assert httpx2.get(f"{url}/metrics", headers={"Host": f"evil.example:{port}"}, verify=NO_TLS).status_code == 421
        assert httpx2.get(f"{url}/graphql", verify=NO_TLS).status_code == 404
        assert httpx2.post(f"{url}/metrics", verify=NO_TLS).status_code == 501
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=5)
        with pytest.raises(OSError, match="Address already in use"), told_to_this_machine(port, None):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"METRICS_PORT": "9000", "METRICS": "off"}, "METRICS_PORT needs METRICS"),
        ({"METRICS_PORT": "8000"}, "METRICS_PORT must be another port than PORT"),
        ({"METRICS_PORT": "0"}, "METRICS_PORT"),
    ],
)
def test_a_port_that_cannot_be_theirs_is_refused(
    given: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in given.items():
        monkeypatch.setenv(name, text)

    with pytest.raises(SettingsError, match=message):
        load_settings()


def test_they_can_be_turned_off(settings: Settings, shop: Any) -> None:
    with caller(settings.model_copy(update={"metrics": False})) as client:
        assert client.get("/metrics").status_code == 404


def test_a_weak_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "letmein")

    with pytest.raises(SettingsError, match="METRICS_TOKEN has 7 characters"):
        load_settings()


async def test_copies_and_reports_are_looked_at(services: Services) -> None:
    shop = await open_shop(services.database)
    shop.sale("anna", "2026-01-03", "25.00")
    await shop.save()
    async with operation(services, shop.id) as context:
        await context.facts()
        sampler = Sampler(services)
        await sampler.sample()
        held = metrics.as_text(None).decode()
    shop.sale("anna", "2026-01-04", "25.00")
    await shop.save()
    await sampler.sample()
    behind = metrics.as_text(None).decode()
    async with operation(services, shop.id) as context:
        await context.facts()
    await sampler.sample()
    caught_up = metrics.as_text(None).decode()

    assert value(held, "mirror_rows", business=shop.id, table="sale") == 1
    assert value(held, "mirror_bytes", business=shop.id) > 0
    assert value(held, "database_connections_in_use") == 1
    assert value(behind, "mirror_lag_revisions", business=shop.id) == 1
    assert value(caught_up, "mirror_lag_revisions", business=shop.id) == 0
    assert value(caught_up, "mirror_rows", business=shop.id, table="sale") == 2
    for name, times in (("loads", 0), ("catch_ups", 1)):
        grown = [value(text, f"mirror_{name}_total", business=shop.id) for text in (held, caught_up)]
        assert grown[1] - grown[0] == times


async def test_a_store_that_does_not_answer_leaves_the_other_figures(services: Services) -> None:
    shop = await open_shop(services.database)
    before = value(metrics.as_text(None).decode(), "mirror_loads_total", business=shop.id)
    async with operation(services, shop.id) as context:
        await context.facts()
    async with services.database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE business RENAME TO gone")

    await Sampler(services).sample()

    assert value(metrics.as_text(None).decode(), "mirror_loads_total", business=shop.id) > before


# ---------------------------------------------------------------- several workers


@pytest.mark.processes
async def test_any_worker_answers_for_all(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    shop = await open_shop(database)
    shop.sale("anna", "2026-01-03", "25.00")
    await shop.save()
    await database.close()
    own_port = free_port()
    with running(sqlite_url, tmp_path, workers=2, metrics_token=SECRET[::-1], metrics_port=own_port) as server:
        counted = functools.partial(counted_by, server)
        for number in range(1, 21):  # each on a connection of its own, so that any worker may get it
            httpx2.post(
                server.graphql,
                json={"query": f"{{ a{number}: viewer {{ role }} }}"},
                headers=server.headers(shop.id),
                verify=NO_TLS,
            )
            assert counted() == {number}

        own = httpx2.get(f"http://127.0.0.1:{own_port}/metrics", verify=NO_TLS).text
        assert value(own, "operation_seconds_count", kind="query", outcome="OK") == 20
        os.kill(server.workers()[0], signal.SIGKILL)
        await eventually(lambda: len(server.workers()) == 2 and counted() == {20})


def counted_by(server: Server) -> set[float]:
    """How many operations there were, as each of several scrapes has it."""
    texts = (httpx2.get(f"{server.url}/metrics", headers=SCRAPER, verify=NO_TLS).text for _ in range(4))
    return {value(text, "operation_seconds_count", kind="query", outcome="OK") for text in texts}


async def eventually(holds: Any) -> None:
    for _ in range(200):
        with suppress(httpx2.TransportError):
            if holds():
                return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come to that within 20 s")
