"""A restored store tells nobody again what they may have heard long ago."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.database import Database
from models.webhooks import delivery, endpoint
from resolvers.deliveries import EndpointKey, take_turn
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from server.commands.backup import back_up, restore
from server.settings import Settings
from tests.builders import NOW, open_shop
from tests.schema.conftest import Asker
from tests.schema.writing import named
from tests.server.conftest import SECRET

pytestmark = pytest.mark.own_store
SAVE = 'mutation { saveWebhookEndpoint(input: {url: "https://example.com/", types: []}) { __typename } }'


async def test_what_was_undelivered_is_discarded(store_url: str, tmp_path: Path) -> None:
    # Takes a second: a store is written to a file and read again.
    services = Services(Database(store_url))
    shop = await open_shop(services.database)
    shop.customer("ANN")
    await shop.save()
    ask = Asker(services, Viewer("ann", Role.ADMIN, shop.id))
    await ask(SAVE)
    await named(ask, "A")
    await named(ask, "B")
    async with services.database.reading(shop.id) as connection:
        id_ = (await connection.execute(select(endpoint.c.id).where(endpoint.c.business_id == shop.id))).scalar_one()
    assert len((await take_turn(services, EndpointKey(id_, shop.id), (), room=1, clock=lambda: NOW)).taken) == 1
    await named(ask, "C")  # of which nobody has made a delivery yet
    await services.close()

    file, restored = tmp_path / "backup.zip", f"sqlite:///{tmp_path}/restored.db"
    await back_up(Settings.model_validate({"database_url": store_url, "secret_key": SECRET}), file, NOW)
    await restore(Settings.model_validate({"database_url": restored, "secret_key": SECRET}), file)
    database = Database(restored)
    async with database.reading() as connection:
        found = (await connection.execute(select(delivery.c.status, delivery.c.next_at, delivery.c.lease))).all()
        told_to = (await connection.execute(select(endpoint.c.told_to))).scalar_one()
    assert [tuple(row) for row in found] == [("DISCARDED", None, None)] * 2
    assert told_to == 3
    await database.close()
