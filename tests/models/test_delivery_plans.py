"""Whoever delivers finds what comes next in a queue by its index, however much waits for the endpoint."""

from typing import Any

import pytest
from sqlalchemy import event

from models.database import Database
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write, writing
from tests.builders import ACTOR, NOW, open_shop
from tests.schema.conftest import Asker
from tests.schema.endpoints import came, made, turn

# By which words a plan says that a queue was found, and not looked for among all that is open.
BY_QUEUE = {"sqlite": "webhook_delivery_open (endpoint_id=? AND queue=?", "postgresql": ") AND (queue = "}


async def _tell(write: Write, customers: list[int]) -> None:
    for id_ in customers * 3:
        write.tell("customer.updated", id_)
    write.has_changed = True


@pytest.mark.own_store
async def test_a_queue_is_found_by_its_index(database: Database) -> None:
    shop = await open_shop(database)
    for n in range(5):
        shop.customer(f"C{n}")
    await shop.save()
    ask = Asker(Services(database), Viewer("ann", Role.ADMIN, shop.id))
    id_, _ = await made(ask)
    async with writing(database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
        await write.once(_tell, [shop.id_of(f"C{n}") for n in range(5)])
    sent: list[tuple[str, Any]] = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    taken = (await turn(ask, id_)).taken
    await turn(ask, id_, came(taken, 200))
    with_queues = dict(each for each in sent if "webhook_delivery.queue =" in each[0])  # at both turns: once each
    assert len(with_queues) == 2
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.transaction(shop.id) as connection:
        for statement, parameters in with_queues.items():
            plan = await connection.exec_driver_sql(f"{explain} {statement}", parameters)
            assert BY_QUEUE[database.url.get_backend_name()] in "\n".join(str(row) for row in plan)
