"""What hangs from customers is found by them: no statement goes through all that a business has, on a fresh SQLite."""

import re
import sqlite3
from typing import Any

import pytest

from resolvers.operation.reader import Reader
from resolvers.operation.services import Services
from tests.builders import Shop
from tests.schema.conftest import Asker
from tests.schema.test_statements import FIELDS

OF_ALL = re.compile(r"_by_revision \(business_id=\?\)|SCAN (?!json_each|page|bought|returned|\()")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The statements that readers send to the store."""
    statements: list[tuple[str, Any]] = []
    records = Reader._records

    async def recorded(reader: Reader, statement: Any, params: dict[str, Any]) -> Any:
        prepared = reader._statements.prepared(statement)
        statements.append((prepared.text, prepared.values({**params, "business": reader._business_id})))
        return await records(reader, statement, params)

    monkeypatch.setattr(Reader, "_records", recorded)
    return statements


async def test_no_statement_goes_through_a_whole_business(
    ask: Asker, services: Services, shop: Shop, sent: list[tuple[str, Any]]
) -> None:
    await ask.load_copy()
    sent.clear()
    for fields in FIELDS:
        await ask(f'{{ customer(by: {{ number: "ANN" }}) {{ {fields} }} }}')

    assert len(sent) > 2 * len(FIELDS)
    with sqlite3.connect(services.database.adbc_uri) as connection:
        plans = {text: connection.execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall() for text, values in sent}
    found = {text: [step[3] for step in plan if OF_ALL.search(step[3])] for text, plan in plans.items()}
    assert {text: steps for text, steps in found.items() if steps} == {}
