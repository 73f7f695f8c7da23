"""Who needs attention in the real shop, and what is at stake, equal an independent computation, on both stores."""

from decimal import Decimal

import pyarrow as pa
import pytest

from analytics.prediction.attention import Attention
from resolvers.listed_values import expected_revenues, stakes
from resolvers.prediction.attention import members_needing
from resolvers.prediction.model import lifetime_value_model
from rules.days import day_number
from tests.analytics.asking import operation
from tests.analytics.real_shop import NOW, Imported
from tests.oracle import attention
from tests.oracle.online_retail import OnlineRetailFacts

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_who_needs_attention(real_shop: Imported, facts: OnlineRetailFacts) -> None:
    """It takes as long as the fit of the model of four thousand customers."""
    async with operation(real_shop.services, real_shop.id, now=NOW) as context:
        model = await lifetime_value_model(context, None)
        parameters = {parameter.name: parameter.value for parameter in model.transaction_model}
        expected = attention.attention(facts.sales, parameters, NOW.date().toordinal())
        for kind in Attention:
            members = await members_needing(context, kind, day_number(NOW.date()))
            assert {real_shop.numbers[id_] for id_ in members.column("customer_id").to_pylist()} == expected[kind]
            assert expected[kind]


async def test_what_is_at_stake(real_shop: Imported, facts: OnlineRetailFacts) -> None:
    """It takes as long as the fit of the model of four thousand customers."""
    today = day_number(NOW.date())
    async with operation(real_shop.services, real_shop.id, now=NOW) as context:
        model = await lifetime_value_model(context, None)
        predicted = amounts(real_shop, await expected_revenues(context, today, "orderBy"))
        told = amounts(real_shop, await stakes(context, today, "orderBy"))
    parameters = {parameter.name: parameter.value for parameter in model.transaction_model}
    chances = attention.chances(facts.sales, parameters, NOW.date().toordinal())
    assert predicted.keys() == chances.keys()
    assert len(told) > 4_000
    for number, chance in chances.items():
        assert attention.is_stake(told.get(number), predicted[number], chance), number


def amounts(shop: Imported, table: pa.Table) -> dict[str, Decimal]:
    """What a table of customers says, in pounds by number."""
    ids, values = table.column("customer_id").to_pylist(), table.column("value").to_pylist()
    return {shop.numbers[id_]: Decimal(value).scaleb(-2) for id_, value in zip(ids, values, strict=True)}
