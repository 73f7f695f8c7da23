"""Who needs attention in the real shop equals an independent computation, on both stores."""

import pytest

from analytics.prediction.attention import Attention
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
