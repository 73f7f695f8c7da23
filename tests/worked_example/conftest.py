"""The worked example in a store, asked through GraphQL."""

import asyncio
import shutil
from collections.abc import Callable, Generator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from models import Business
from models.businesses import Weekday
from models.database import Database, table
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import Line, open_shop
from tests.builders import Shop as ToldShop
from tests.schema.conftest import Asker
from tests.worked_example.compare import differences
from tests.worked_example.shop import SHOP, Customer, Item, Refund, Sale

NOW = datetime.combine(SHOP.today, time(18), UTC)

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Ask]:
    """Asks the shop; ids of storefronts and customers are given by those of the table."""
    path = tmp_path_factory.mktemp("worked") / "store.db"
    shutil.copy(sqlite_template, path)
    with asyncio.Runner() as runner:
        services = Services(Database(f"sqlite:///{path}"))
        told = runner.run(_written(services.database))
        asker = Asker(services, Viewer("mona", Role.MANAGER, told.id), NOW)
        keys = {id_: global_id("Storefront", told.id_of_storefront(name)) for id_, name in SHOP.storefronts.items()}
        keys |= {c.id: global_id("Customer", told.id_of(c.number)) for c in SHOP.customers}

        def answer(document: str, **variables: Any) -> Any:
            found = runner.run(asker(document, **{k: _key(keys, v) for k, v in variables.items()}))
            return as_told(found)

        yield answer
        runner.run(services.close())


def _key(keys: dict[str, str], value: Any) -> Any:
    return keys.get(value, value) if isinstance(value, str) else value


async def _written(database: Database) -> ToldShop:
    shop = await open_shop(database, SHOP.name, currency=SHOP.currency, timezone=SHOP.timezone, now=NOW)
    async with database.transaction() as connection:
        await connection.execute(update(table(Business)).values(week_start=Weekday(SHOP.week_start)))
    for name in SHOP.storefronts.values():
        shop.storefront(name)
    for customer in SHOP.customers:
        _tell_customer(shop, customer)
    for sale in SHOP.sales:
        _tell_sale(shop, sale)
    for refund in SHOP.refunds:
        _tell_refund(shop, refund)
    await shop.save()
    return shop


_NUMBERS = {customer.id: customer.number for customer in SHOP.customers}
_IDS = {customer.number: customer.id for customer in SHOP.customers}


def _tell_customer(shop: ToldShop, c: Customer) -> None:
    shop.customer(
        c.number,
        first_name=c.first_name,
        last_name=c.last_name,
        birth_date=c.birth_date,
        type=c.type,
        is_active=c.is_active,
        is_erased=c.erased,
        joined=c.joined,
        created_at=datetime.combine(c.created, time(12), UTC),
        acquisition_source=c.source,
        acquisition_campaign=c.campaign,
        referrer=_NUMBERS.get(c.referrer or ""),
        credit_limit=str(c.credit_limit),
        opening_balance=str(c.opening_balance),
    )
    if c.unallocated:
        shop.payment(c.number, SHOP.today, str(c.unallocated))


def _when(fact: Sale | Refund) -> str:
    return str(fact.business_date) if fact.hour is None else f"{fact.business_date} {fact.hour:02}:30"


def _line(item: Item) -> Line:
    cost = None if item.unit_cost is None else str(item.unit_cost)
    return Line(item.product, str(item.unit_price), str(item.quantity), item.category, cost)


def _tell_sale(shop: ToldShop, sale: Sale) -> None:
    shop.sale(
        _NUMBERS.get(sale.customer or ""),
        _when(sale),
        str(sale.total),
        number=sale.id,
        status=sale.status,
        storefront=SHOP.storefronts.get(sale.storefront or ""),
        channel=sale.channel,
        lines=[_line(item) for item in sale.items],
        discount=str(sale.discount),
        tax=str(sale.tax),
        payments={payment.method: str(payment.amount) for payment in sale.payments},
        has_hour=sale.hour is not None,
    )


def _tell_refund(shop: ToldShop, refund: Refund) -> None:
    who = None if refund.sale else _NUMBERS.get(refund.customer or "")
    has_hour = refund.hour is not None
    shop.refund(who, _when(refund), str(refund.amount), sale=refund.sale, number=refund.id, has_hour=has_hour)


def as_told(answer: Any) -> Any:
    """An answer in the words of the table: customers and storefronts by their ids there, drill-downs as id sets."""
    if isinstance(answer, list):
        return [as_told(value) for value in answer]
    if not isinstance(answer, dict):
        return answer
    if answer.keys() == {"number"}:
        return _IDS[answer["number"]]
    if answer.keys() == {"name"}:
        return next((id_ for id_, name in SHOP.storefronts.items() if name == answer["name"]), answer)
    told = {key: as_told(value) for key, value in answer.items()}
    if isinstance(people := answer.get("customers"), dict) and people.keys() == {"totalCount", "nodes"}:
        told["customerIds"] = {_IDS[node["number"]] for node in people["nodes"]}
        assert people["totalCount"] == len(told["customerIds"])
        del told["customers"]
    return told


def disagreements(wanted: Any, answer: Any) -> list[str]:
    """Where an answer is not what was worked out; customers count where the contract has a field for them."""
    return differences(_asked(wanted, answer), answer)


def _asked(wanted: Any, answer: Any) -> Any:
    if isinstance(wanted, dict) and isinstance(answer, dict):
        return {k: _asked(v, answer.get(k)) for k, v in wanted.items() if k != "customerIds" or k in answer}
    if isinstance(wanted, list) and isinstance(answer, list) and len(wanted) == len(answer):
        return [_asked(one, other) for one, other in zip(wanted, answer, strict=True)]
    return wanted
