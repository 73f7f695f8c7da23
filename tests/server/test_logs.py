import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog
from graphql import parse
from sqlalchemy import select
from starlette.testclient import TestClient

from analytics.copy.tables import COPIED_TABLES
from models.customers import tags_of
from models.database import Database
from resolvers.operation.services import Services
from server.settings import Settings
from server.watching.logs import configure_logs
from server.watching.redaction import Said
from tests.analytics.asking import operation
from tests.builders import open_shop
from tests.server.conftest import FAILURES, caller

ROOT = Path(__file__).parents[2]


def configured(style: str) -> None:
    configure_logs(Settings(log_format=style, log_level="info"))  # pyright: ignore[reportArgumentType]


def test_json_has_one_object_a_line_whoever_logs(capsys: pytest.CaptureFixture[str]) -> None:
    configured("json")
    try:
        raise ValueError("broken\nhere")
    except ValueError:
        structlog.get_logger("ours").error("unexpected error", id="12ab", exc_info=True)
    logging.getLogger("theirs").warning("careful with %s", "that")
    structlog.get_logger("ours").debug("not said")

    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["id"], ours["level"]) == ("unexpected error", "12ab", "error")
    assert "ValueError: broken" in ours["exception"]
    assert (theirs["event"], theirs["level"]) == ("careful with that", "warning")


def test_text_is_for_reading(capsys: pytest.CaptureFixture[str]) -> None:
    configured("text")
    structlog.get_logger("ours").info("started", store="sqlite")

    assert "started" in capsys.readouterr().err


def test_the_access_log_is_off() -> None:
    configured("text")

    assert logging.getLogger("uvicorn.access").disabled


# ---------------------------------------------------------------- ids of requests


def asked(client: TestClient, token: str, **parts: Any) -> Any:
    return client.post("/graphql", json=parts, headers={"Authorization": f"Bearer {token}"})


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("given", ["7f3c", "Root=1-67891233-abcdef", "5d2c1f0e-8a8e-4f8e-9a55-1d0c9a7c8e21"])
def test_a_sane_id_is_kept(client: TestClient, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a" * 65, "ann@example.com", "two words", 'x"y', "x\u00e9"])
def test_another_is_replaced(client: TestClient, given: str) -> None:
    made = client.get("/nothing", headers={"X-Request-ID": given.encode()}).headers["x-request-id"]

    assert re.fullmatch("[0-9a-f]{16}", made)


def test_every_request_has_an_id_of_its_own(client: TestClient) -> None:
    assert len({client.get("/healthz").headers["x-request-id"] for _ in range(3)}) == 3


def test_lines_of_a_request_carry_its_id(settings: Settings, token: str, capsys: pytest.CaptureFixture[str]) -> None:
    with caller(settings.model_copy(update={"log_format": "json"})) as client:
        capsys.readouterr()
        answer = asked(client, token, query='{ failing(how: "bug") }')

        said = {line["request_id"] for line in lines(capsys) if line["event"] in {"operation", "unexpected error"}}
    assert said == {answer.headers["x-request-id"]} == {answer.json()["errors"][0]["extensions"]["id"]}


# ---------------------------------------------------------------- what is never logged

MARKERS = ("Zq8Literal", "Zq8Variable", "Zq8Nested", "Zq8Block")
CONTACTS = ("zq8.ann@example.com", "+44 20 7946 0958", "+442079460958")


def test_what_a_caller_says_is_not_logged(
    settings: Settings, token: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def talkative() -> Exception:
        return RuntimeError(f"cannot read {' '.join((*MARKERS, *CONTACTS))} of Bearer {token}")

    monkeypatch.setitem(FAILURES, "bug", talkative)
    document = 'query ($a: String!) { failing(how: $a) x: failing(how: "Zq8Literal") y: failing(how: """Zq8Block""") }'
    unused = {"deep": [{"er": "Zq8Nested"}], "other": "Zq8Variable"}
    with caller(settings) as client:
        asked(client, token, query=document, variables={"a": "bug", **unused})
        client.get("/graphql", params={"query": '{ failing(how: "Zq8Literal") }', "sig": "Zq8Signature"})
        client.get("/nothing?sig=Zq8Signature")

        logged = capsys.readouterr().err
    assert "cannot read … … … …" in logged
    for private in (*MARKERS, *CONTACTS, token, "Zq8Signature"):
        assert private not in logged


def test_texts_that_overlap_are_hidden_whole() -> None:
    said = Said("{ a }", parse("{ a }"), {"deep": [{"er": ["abcdef", "defghi", "abcdefg", "x", "ghi"]}]})

    assert said.without("an abcdefghi, defg and x") == "an …, defg and x"


def test_literals_come_from_the_parsed_document() -> None:
    text = r'{ a(b: "Zq8\u0020Text", c: """Zq8 "Block".""", d: "") }'
    said = Said(text, parse(text), None)

    assert said.without('Zq8 Text, Zq8 "Block"., Zq8\\u0020Text') == "…, …, …"
    assert Said('{ a(b: "Zq8Broken', None, None).without("at Zq8Broken") == "at …"


@pytest.mark.processes
def test_no_document_and_no_variables_hold_the_log_up() -> None:
    """What took 44 s for 98 kB, and neighbours of it at the size of the largest body."""
    done = subprocess.run([sys.executable, "-c", HELD_UP], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "all\n"), done.stderr


HELD_UP = """
import resource
from graphql import parse
from server.watching.redaction import keep_private, redacted
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
nested = ["deep" + str(number) for number in range(50_000)]
for _ in range(900):
    nested = [nested]
many = [format(number, "06d") for number in range(120_000)]
longer_and_longer = ["0" * length for length in range(4, 1_400)]
for text, variables in (
    ('\"\\\\' * 49_000, None), ('\"\"\"a' * 250_000, None), ('{ a(b: [' + '"text" ' * 2_000 + ']) }', None),
    ("{ a }", nested), ("{ a }", many), ("{ a }", longer_and_longer),
):
    document = parse(text) if text.startswith("{") else None
    keep_private(text, document, variables)
    for event in ("operation", "eyJ-" * 50_000, "a." * 50_000, "0" * 5_000, "1234" * 10_000):
        redacted(None, "info", {"event": event})
print("all")
"""


@pytest.mark.parametrize("style", ["json", "text"])
def test_private_words_are_hidden_whoever_logs(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    configured(style)
    log = structlog.get_logger("ours")
    log.info("asked", variables={"a": "Zq8"}, token="Zq8", email="Zq8", headers=[("cookie", "Zq8")], rows=[1, 2])
    log.info("kept", kind="query", seconds=0.5, errors=["FORBIDDEN"], store="postgresql://ann:Zq8@db/shop")
    theirs = logging.getLogger("theirs")
    theirs.warning("GET %s", "http://shop.example/export?sig=Zq8&id=4")
    theirs.warning('duplicate key: Key (email)=(Zq8) exists; written to zq8@example.com, "token=Zq8"')
    try:
        raise ValueError("Bearer Zq8.Zq8 is not eyJhbGciOi.eyJzdWIi.Zq8")
    except ValueError:
        theirs.exception("refused")

    logged = capsys.readouterr().err
    assert "zq8" not in logged.lower()
    assert "FORBIDDEN" in logged
    assert "http://shop.example/export?…" in logged


def test_off_a_terminal_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    configured("auto")
    structlog.get_logger("ours").info("started")

    assert lines(capsys)[0]["event"] == "started"


# ---------------------------------------------------------------- slow statements


async def test_slow_statements_are_named(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    configured("json")
    shop = await open_shop(database)
    shop.customer("anna", tags=["vip"])
    await shop.save()
    services = Services(database, slow_seconds=1e-9)
    async with operation(services, shop.id) as context:
        await context.reader.rows(tags_of(), ids=[shop.id_of("anna")])
        view = await context.facts()
        await view.fetch(select(*COPIED_TABLES[0].selected), {})
    await services.close()

    slow = {(line["engine"], line["name"]) for line in lines(capsys) if line["event"] == "slow statement"}
    assert (database.dialect.name, "customers.tags_of") in slow
    assert (database.dialect.name, "revision.business_at_revision") in slow
    assert ("duckdb", "Select") in slow
