"""Any object by its public id."""

import asyncio
from collections.abc import Sequence
from typing import Any

from resolvers.customers import customer_by_id
from resolvers.delivered import delivery_by_id
from resolvers.erasure import erasure_request_by_id
from resolvers.events import event_by_id
from resolvers.jobs import job_by_id
from resolvers.loyalty.earning import earning_rule_by_id
from resolvers.loyalty.entries import entry_by_id
from resolvers.loyalty.redemptions import redemption_by_id
from resolvers.loyalty.rewards import loyalty_reward_by_id
from resolvers.loyalty.tiers import loyalty_tier_by_id
from resolvers.operation.context import Batch, Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import read_id
from resolvers.sales import payment_by_id, refund_by_id, sale_by_id
from resolvers.storefronts import storefront_by_id
from resolvers.touchpoints import touchpoint_by_id
from resolvers.webhooks import endpoint_by_id

MAX_NODES = 100

LOADERS: dict[str, Batch] = {
    "Customer": customer_by_id,
    "EarningRule": earning_rule_by_id,
    "ErasureRequest": erasure_request_by_id,
    "Event": event_by_id,
    "Job": job_by_id,
    "LoyaltyRedemption": redemption_by_id,
    "LoyaltyReward": loyalty_reward_by_id,
    "LoyaltyTier": loyalty_tier_by_id,
    "LoyaltyTransaction": entry_by_id,
    "Payment": payment_by_id,
    "Refund": refund_by_id,
    "Sale": sale_by_id,
    "Storefront": storefront_by_id,
    "Touchpoint": touchpoint_by_id,
    "WebhookDelivery": delivery_by_id,
    "WebhookEndpoint": endpoint_by_id,
}


async def node_by_id(context: Context, id_: str) -> Any:
    """The object with this id, None where the business has none; BadUserInput for what is not an id of a node."""
    kind, key = read_id(id_)
    if kind not in LOADERS:
        raise BadUserInput(f'"{id_}" is the id of a {kind}, which `node` does not find: ask for it where you got it')
    return await context.load(LOADERS[kind], key)


async def nodes_by_id(context: Context, ids: Sequence[str]) -> list[Any]:
    """The objects with these ids in their order, None where the business has none."""
    if len(ids) > MAX_NODES:
        raise BadUserInput(f"`ids` may hold up to {MAX_NODES} ids, not {len(ids)}")
    return await asyncio.gather(*(node_by_id(context, id_) for id_ in ids))
