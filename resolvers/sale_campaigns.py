"""The contact that tells that a sale came of a campaign."""

from typing import Any

from models.touchpoints import TouchpointChannel, TouchpointOutcome, TouchpointType, touchpoint
from resolvers.operation.writing import Write
from rules.selling import SaleChannel

CHANNELS = {
    SaleChannel.STORE: TouchpointChannel.STORE,
    SaleChannel.ONLINE: TouchpointChannel.ONLINE,
    SaleChannel.PHONE: TouchpointChannel.PHONE,
}


async def tell_campaign(write: Write, row: Any) -> None:
    """Keep that a campaign won its customer for a sale that counts; nothing for a sale of none or of nobody."""
    if row.campaign is None or row.customer_id is None:
        return
    await write.insert(
        touchpoint,
        customer_id=row.customer_id,
        type=TouchpointType.CAMPAIGN,
        channel=CHANNELS.get(row.channel, TouchpointChannel.ONLINE),
        outcome=TouchpointOutcome.CONVERTED,
        subject=None,
        notes=None,
        campaign=row.campaign,
        score=None,
        occurred_at=row.occurred_at,
        business_day=row.business_day,
        is_void=False,
        sale_id=row.id,
    )
