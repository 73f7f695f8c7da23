"""What a sale would earn and what points could pay, before it is recorded."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from models.recording import storefront_there
from resolvers.identities import customer_named
from resolvers.operation.writing import Write
from rules.amounts import check_money
from rules.problems import Problems
from rules.recording import RedeemSaid, SaleLine, checked_lines, checked_redeem
from rules.refusals import NotAllowed, NotAllowedReason, NotFound

INPUT = ("input",)


@dataclass(frozen=True)
class QuotePoints:
    """A sale that may be recorded, of a customer."""

    customer_id: int
    items: tuple[SaleLine, ...]
    storefront_id: int | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    redeem: tuple[RedeemSaid, ...] = ()

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under(*INPUT)
        check_money(inside, "discount", self.discount)
        check_money(inside, "tax", self.tax)
        return replace(self, items=checked_lines(inside, self.items), redeem=checked_redeem(inside, self.redeem))


async def quote_points(write: Write, asked: QuotePoints) -> Any:
    """What a sale would earn and what points could pay: nothing where there is no active program."""
    if asked.storefront_id is not None:
        missing = NotFound("There is no such storefront.", (*INPUT, "storefront"))
        await write.one(storefront_there(), missing, id=asked.storefront_id)
    await customer_named(write, asked.customer_id, (*INPUT, "customer"))
    raise NotAllowed("There is no active loyalty program: nothing is earned or redeemed.", NotAllowedReason.PROGRAM_OFF)
