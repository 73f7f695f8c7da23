"""What the ledger has of sales: the lots that they made, the points that paid them, and the codes used on them."""

from sqlalchemy import SelectBase, bindparam, func, select

from models.database import any_of, owned, scoped
from models.loyalty.ledger import loyalty_entry, loyalty_lot
from models.loyalty.rewards import loyalty_redemption
from models.naming import statement
from models.sales import change
from rules.loyalty.points import EntryType, PointsReason
from rules.selling import SaleStatus


@statement
def lots_of_sales() -> SelectBase:
    """The lots that the sales :ids made, whosever they are, in the order of their making."""
    c = loyalty_lot.c
    columns = (c.id, c.sale_id, c.customer_id, c.reason, c.earned, c.earned_by)
    return select(*columns).where(owned(loyalty_lot), any_of(c.sale_id, "ids")).order_by(c.id)


@statement
def points_that_paid() -> SelectBase:
    """The entries by which points paid the sales :ids."""
    c = loyalty_entry.c
    is_payment = (c.type == EntryType.REDEEMED, c.reason == PointsReason.PAYMENT)
    return select(c.id, c.sale_id, c.points).where(owned(loyalty_entry), any_of(c.sale_id, "ids"), *is_payment)


@statement
def points_for_redemptions() -> SelectBase:
    """The entries by which points were taken for the redemptions :ids."""
    c = loyalty_entry.c
    mine = (owned(loyalty_entry), any_of(c.redemption_id, "ids"), c.type == EntryType.REDEEMED)
    return select(c.id, c.redemption_id, c.points).where(*mine)


@statement
def redemptions_on_sales() -> SelectBase:
    """The redemptions as stored whose codes were used on the sales :ids, in the order of their making."""
    c = loyalty_redemption.c
    return select(loyalty_redemption).where(owned(loyalty_redemption), any_of(c.sale_id, "ids")).order_by(c.id)


@statement
def redemption_coded() -> SelectBase:
    """The redemption with this :code as it is stored."""
    return select(loyalty_redemption).where(scoped(loyalty_redemption), loyalty_redemption.c.code == bindparam("code"))


@statement
def last_completed() -> SelectBase:
    """The day on which the sale :ids became COMPLETED, the last such, null where it never did."""
    c = change.c
    mine = (owned(change), any_of(c.sale_id, "ids"), c.status == SaleStatus.COMPLETED)
    return select(func.max(c.business_day).label("day")).where(*mine)
