"""A sale to record: what is asked, and what it comes to where nothing refuses it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Self

from models.sales import LONGEST_NOTE
from resolvers.credit import refuse_beyond_limit
from resolvers.happening import Happening, happening
from resolvers.loyalty.redeeming import Redeeming, payment_by_points, payments_by_codes
from resolvers.loyalty.sale_points import BuyingMember
from resolvers.operation.writing import Write
from rules.amounts import check_money, minor_units
from rules.currency import major
from rules.problems import Problems, check_moment, optional_text
from rules.recording import (
    PaymentSaid,
    RedeemSaid,
    SaleFigures,
    SaleLine,
    checked_lines,
    checked_payments,
    checked_redeem,
    checked_sale_status,
    sale_figures,
)
from rules.refusals import InputProblemCode, TooMuchPaid
from rules.selling import PaymentMethod, SaleChannel, SaleStatus, settles, status_by_rest

LONGEST_NUMBER, LONGEST_CAMPAIGN = 80, 120


@dataclass(frozen=True)
class RecordSale:
    """A sale to record; `place` is where it is among several."""

    items: tuple[SaleLine, ...]
    number: str | None = None
    customer_id: int | None = None
    storefront_id: int | None = None
    channel: SaleChannel = SaleChannel.STORE
    occurred_at: datetime | None = None
    status: SaleStatus = SaleStatus.COMPLETED
    discount: Decimal | None = None
    tax: Decimal | None = None
    payments: tuple[PaymentSaid, ...] = ()
    redeem: tuple[RedeemSaid, ...] = ()
    campaign: str | None = None
    note: str | None = None
    place: int | None = field(default=None, compare=False)

    @property
    def path(self) -> tuple[str, ...]:
        """Where it is in the arguments."""
        return ("input",) if self.place is None else ("inputs", str(self.place))

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under(*self.path)
        checked_sale_status(inside, self.status, payments=bool(self.payments), redeem=bool(self.redeem))
        check_moment(inside, "occurredAt", self.occurred_at)
        check_money(inside, "discount", self.discount)
        check_money(inside, "tax", self.tax)
        return replace(
            self,
            number=optional_text(inside, "number", self.number, longest=LONGEST_NUMBER),
            items=checked_lines(inside, self.items),
            payments=checked_payments(inside, self.payments),
            redeem=checked_redeem(inside, self.redeem),
            campaign=optional_text(inside, "campaign", self.campaign, longest=LONGEST_CAMPAIGN),
            note=optional_text(inside, "note", self.note, longest=LONGEST_NOTE),
        )


class PaymentMade(NamedTuple):
    """A payment that comes with a sale, of money, or by points or the code of a redemption."""

    method: PaymentMethod
    amount: int
    reference: str | None = None
    redemption_id: int | None = None

    @property
    def is_loyalty(self) -> bool:
        """Whether the program made it."""
        return self.method is PaymentMethod.POINTS or self.redemption_id is not None


class CheckedSale(NamedTuple):
    """A sale that nothing refuses: when it was, what it comes to, what paid it, and what it is then."""

    when: Happening
    figures: SaleFigures
    payments: tuple[PaymentMade, ...]
    paid: int
    status: SaleStatus

    @property
    def loyalty_paid(self) -> int:
        """What points and codes paid of it."""
        return sum(one.amount for one in self.payments if one.is_loyalty)


async def checked_sale(
    write: Write, asked: RecordSale, redeeming: Redeeming, member: BuyingMember | None, *, is_settled: bool
) -> CheckedSale:
    """When it was and what it comes to; TooMuchPaid, CreditLimitExceeded, or what only the store tells of the input."""
    problems = Problems(asked.path)
    figures = sale_figures(problems, asked.items, discount=asked.discount, tax=asked.tax, exponent=write.exponent)
    by_loyalty = _by_loyalty(problems, redeeming, member, figures.due, write.exponent)
    payments = _by_money(problems, asked.payments, write.exponent)
    problems.raise_if_any()
    still_due = figures.due - sum(one.amount for one in by_loyalty)
    if is_settled and still_due:
        payments = (PaymentMade(PaymentMethod.OTHER, still_due),)
    if sum(one.amount for one in payments) > still_due:
        raise TooMuchPaid(major(still_due, write.exponent))
    rest = still_due - sum(one.amount for one in payments if settles(one.method))
    is_pending = asked.status is SaleStatus.PENDING
    status = asked.status if is_pending else status_by_rest(rest)
    await _refuse_rest(write, problems, asked, 0 if is_pending else rest)
    when = happening(problems, "occurredAt", write, asked.occurred_at)
    problems.raise_if_any()
    return CheckedSale(when, figures, (*by_loyalty, *payments), figures.due - rest, status)


def _by_loyalty(
    problems: Problems, redeeming: Redeeming, member: BuyingMember | None, due: int, exponent: int
) -> tuple[PaymentMade, ...]:
    paid = payments_by_codes(problems, redeeming, due)
    if member is not None:
        still_due = due - sum(one.amount for one in paid)
        settings = member.program.settings
        paid += payment_by_points(problems, redeeming, settings, due=due, still_due=still_due, exponent=exponent)
    return tuple(PaymentMade(one.method, one.amount, redemption_id=one.redemption_id) for one in paid)


def _by_money(problems: Problems, payments: Sequence[PaymentSaid], exponent: int) -> tuple[PaymentMade, ...]:
    pairs = enumerate(payments)
    return tuple(
        PaymentMade(
            said.method, minor_units(problems.under("payments", place), "amount", said.amount, exponent), said.reference
        )
        for place, said in pairs
    )


async def _refuse_rest(write: Write, problems: Problems, asked: RecordSale, rest: int) -> None:
    if rest and asked.customer_id is None:
        message = "Say who owes the rest, or take payments for all that is due."
        problems.add("customer", InputProblemCode.REQUIRED, message)
    elif rest and asked.customer_id is not None:
        await refuse_beyond_limit(write, asked.customer_id, rest)
