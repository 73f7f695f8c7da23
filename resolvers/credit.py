"""How much a customer may owe."""

from models.sales import balances_of
from resolvers.operation.writing import Write
from rules.currency import major
from rules.refusals import CreditLimitExceeded


async def refuse_beyond_limit(write: Write, customer_id: int, more: int) -> None:
    """CreditLimitExceeded where a customer would owe more than its credit limit with so much more."""
    (balance,) = await write.rows(balances_of(), ids=[customer_id])
    if balance.outstanding + more > balance.credit_limit:
        known = (major(amount, write.exponent) for amount in (balance.credit_limit, balance.outstanding))
        raise CreditLimitExceeded(*known)
