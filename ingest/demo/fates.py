"""What becomes of the sales of the demo shop: their payments, refunds and changes of status, each with its time."""

from typing import Any, NamedTuple

import numpy as np

from ingest.demo.calendar import DAY, HOUR
from ingest.demo.chance import Flags, Ints, Keys, between, deck, drawn, happens, uniform
from ingest.demo.columns import words
from ingest.demo.customers import NEVER
from ingest.demo.sales import ONLINE, PHONE, STORE, Amounts, Sales
from rules.selling import COUNTED, PaymentMethod, SaleStatus, refunds_reach, settles

STATUSES = words(
    SaleStatus.PENDING, SaleStatus.COMPLETED, SaleStatus.PARTIAL, SaleStatus.REFUNDED, SaleStatus.CANCELLED
)  # fmt: skip
PENDING, COMPLETED, PARTIAL, REFUNDED, CANCELLED = range(5)
COUNTS = np.array([status in COUNTED for status in STATUSES])

METHODS = words(
    PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.MOBILE_MONEY, PaymentMethod.BANK_TRANSFER,
    PaymentMethod.CREDIT, PaymentMethod.VOUCHER, PaymentMethod.OTHER,
)  # fmt: skip
CASH, CARD, MOBILE_MONEY, BANK_TRANSFER, CREDIT, VOUCHER, OTHER = range(7)
SETTLES = np.array([settles(PaymentMethod(method)) for method in METHODS])
AT_THE_TILL = deck([24, 60, 9, 0, 0, 4, 3])
ELSEWHERE = deck([0, 66, 16, 11, 0, 4, 3])
SECOND = deck([45, 0, 10, 0, 0, 45, 0])  # the other part of a split payment

# The lives of sales: paid at once; ordered and paid later; ordered and cancelled; ordered and left;
# on account; paid in two instalments.
AT_ONCE, PAID_LATER, GIVEN_UP, LEFT, ON_ACCOUNT, INSTALMENTS = range(6)
LIVES = deck([95.2, 2, 1.3, 0.4, 0, 1.1])
TRADE_LIVES = deck([48, 3, 1, 0.5, 47, 0.5])
FIRST_STATUS = np.array([COMPLETED, PENDING, PENDING, PENDING, PARTIAL, PARTIAL], np.int64)
LATER_STATUS = np.array([COMPLETED, COMPLETED, CANCELLED, PENDING, COMPLETED, COMPLETED], np.int64)

SPLIT = 0.055
ADVANCE = 0.04  # of wholesale sales are followed by money that is for no sale
REASONS = words("Damaged", "Did not fit", "Changed their mind", "Wrong item", "Late delivery", "Goodwill", None)
REASON_CARDS = deck([24, 12, 26, 14, 8, 0, 16])
GOODWILL = 5

LONGEST_DAYS = 130  # nothing happens to a sale later than this


class PaymentFacts(NamedTuple):
    """Payments: for which sale, when, how, how much; `allocated` is false where it is for no sale."""

    sale: Ints
    time: Ints
    method: Ints
    amount: Ints
    allocated: Flags


class RefundFacts(NamedTuple):
    """Refunds: of which sale, which one of it, when, how much, why; `linked` is false where no sale is named."""

    sale: Ints
    ordinal: Ints
    time: Ints
    amount: Ints
    reason: Ints
    linked: Flags


class ChangeFacts(NamedTuple):
    """The status that a sale took, and when."""

    sale: Ints
    time: Ints
    status: Ints


class State(NamedTuple):
    """What a sale looks like at some time: the columns that change."""

    status: Ints
    counted_from: Ints  # NEVER where it does not count
    paid: Ints
    refunded: Ints


class Fates:
    """The whole life of each sale."""

    def __init__(self, sales: Sales, money: Amounts) -> None:
        self.sales = sales
        self.money = money
        self.life = _lives(sales, money)
        self.turned = _turned(sales, self.life)
        self.payments = _payments(self)
        self.refunds = _refunds(self)
        self.refunded_at = _refunded_at(self)
        self.changes = _changes(self)

    def state(self, time: int) -> State:
        """How the sales stand just before a time of the shop."""
        turned = self.turned < time
        status = np.where(turned, LATER_STATUS[self.life], FIRST_STATUS[self.life])
        status = np.where(self.refunded_at < time, REFUNDED, status)
        began = np.where(self.life == PAID_LATER, np.minimum(self.turned, NEVER) // DAY, self.sales.day)
        paid, refunds = self.payments, self.refunds
        settled = paid.allocated & SETTLES[paid.method] & (paid.time < time)
        returned = refunds.linked & (refunds.time < time)
        return State(
            status=status,
            counted_from=np.where(COUNTS[status], began, NEVER),
            paid=_by_sale(paid.sale, paid.amount, settled, len(self.sales)),
            refunded=_by_sale(refunds.sale, refunds.amount, returned, len(self.sales)),
        )


def _by_sale(sale: Ints, amount: Ints, which: Flags, count: int) -> Ints:
    sums = np.bincount(sale[which], weights=amount[which], minlength=count)  # exact: far below 2^53
    return sums.astype(np.int64)


def _lives(sales: Sales, money: Amounts) -> Ints:
    keys = sales.key
    life = np.where(sales.wholesale, drawn(keys, "life", TRADE_LIVES), drawn(keys, "life", LIVES))
    # At the till a sale is paid; a customer is entered there by a purchase; nothing is owed for nothing.
    waits = (life == PAID_LATER) | (life == GIVEN_UP) | (life == LEFT)
    plain = sales.joins | sales.anonymous | (money.due < 2) | (waits & (sales.channel == STORE))
    return np.where(plain, AT_ONCE, life)


def _later(keys: Keys, purpose: str, time: Ints, low: int, high: int) -> Ints:
    """Some days after a time, in office hours."""
    days = time // DAY + between(keys, purpose, low, high)
    return days * DAY + 9 * HOUR + between(keys, f"{purpose}, second", 0, 9 * HOUR - 1)


def _turned(sales: Sales, life: Ints) -> Ints:
    """When each sale takes its later status; NEVER where it keeps the first."""
    keys, made = sales.key, sales.made
    turned = np.full(len(sales), NEVER, np.int64)
    turned = np.where(life == PAID_LATER, _later(keys, "paid later", made, 1, 7), turned)
    turned = np.where(life == GIVEN_UP, _later(keys, "given up", made, 7, 21), turned)
    turned = np.where(life == INSTALMENTS, _later(keys, "second instalment", made, 14, 40), turned)
    settles = (life == ON_ACCOUNT) & ~happens(keys, "owes", 0.07)
    return np.where(settles, _later(keys, "settles", made, 12, 95), turned)


def _payments(fates: Fates) -> PaymentFacts:
    sales, due, life, turned = fates.sales, fates.money.due, fates.life, fates.turned
    keys = sales.key
    at_till = (sales.channel == STORE) | (sales.channel > PHONE)
    method = np.where(at_till, drawn(keys, "method", AT_THE_TILL), drawn(keys, "method", ELSEWHERE))
    method = np.where(sales.wholesale & (method == CASH), BANK_TRANSFER, method)
    part = (due * (0.2 + 0.6 * uniform(keys, "part"))).astype(np.int64)
    at_once = life == AT_ONCE
    split = at_once & happens(keys, "split", SPLIT) & (part > 0)
    second = drawn(keys, "second method", SECOND)
    second = np.where(second == method, CARD, second)
    split &= second != method
    account = life == ON_ACCOUNT
    down = np.where(account & happens(keys, "down payment", 0.2), part, 0)
    slow = account & (turned == NEVER) & happens(keys, "pays a part", 0.4)
    advance = sales.wholesale & happens(keys, "advance", ADVANCE)
    transfer = np.full(len(sales), BANK_TRANSFER, np.int64)
    parts = [
        _paid(at_once, sales.made, method, np.where(split, part, due)),
        _paid(split, sales.made, second, due - part),
        _paid(life == PAID_LATER, turned, np.where(sales.channel == ONLINE, CARD, transfer), due),
        _paid(account, sales.made, np.full_like(transfer, CREDIT), due - down),
        _paid(down > 0, sales.made, transfer, down),
        _paid(account & (turned < NEVER), turned, transfer, due - down),
        _paid(slow, _later(keys, "a part", sales.made, 20, 90), transfer, (due - down) // 2),
        _paid(life == INSTALMENTS, sales.made, np.full_like(transfer, CARD), part),
        _paid(life == INSTALMENTS, turned, np.full_like(transfer, CARD), due - part),
        _paid(advance, _later(keys, "advance", sales.made, 3, 30), transfer, due // 10, allocated=False),
    ]
    columns: list[Any] = [np.concatenate(column) for column in zip(*parts, strict=True)]
    some = PaymentFacts(*columns).amount > 0
    return PaymentFacts(*(column[some] for column in columns))


def _paid(which: Flags, time: Ints, method: Ints, amount: Ints, *, allocated: bool = True) -> PaymentFacts:
    sale = np.flatnonzero(which).astype(np.int64)
    return PaymentFacts(sale, time[sale], method[sale], amount[sale], np.full(len(sale), allocated))


def _refunds(fates: Fates) -> RefundFacts:
    sales, total = fates.sales, fates.money.total
    keys = sales.key
    chance = np.where((fates.life == AT_ONCE) & (total > 1), uniform(keys, "refund"), 1.0)
    partly, wholly, twice = chance < 0.026, (chance >= 0.026) & (chance < 0.038), (chance >= 0.038) & (chance < 0.041)
    goodwill = (chance >= 0.041) & (chance < 0.046)
    part = np.maximum((total * (0.15 + 0.65 * uniform(keys, "refunded part"))).astype(np.int64), 1)
    amount = np.where(wholly, total, np.where(goodwill, np.maximum(total // 12, 1), part))
    first = _later(keys, "refunded", sales.made, 1, 45)
    reason = np.where(goodwill, GOODWILL, drawn(keys, "reason", REASON_CARDS))
    any_ = np.flatnonzero(partly | wholly | twice | goodwill).astype(np.int64)
    rest = np.flatnonzero(twice).astype(np.int64)
    again = _later(keys, "refunded again", first, 5, 60)
    return RefundFacts(
        sale=np.concatenate([any_, rest]),
        ordinal=np.concatenate([np.full(len(any_), 1), np.full(len(rest), 2)]),
        time=np.concatenate([first[any_], again[rest]]),
        amount=np.concatenate([amount[any_], (total - part)[rest]]),
        reason=np.concatenate([reason[any_], reason[rest]]),
        linked=np.concatenate([~goodwill[any_], np.full(len(rest), True)]),
    )


def _refunded_at(fates: Fates) -> Ints:
    """When the refunds of each sale reached its total."""
    refunds = fates.refunds
    last = np.full(len(fates.sales), NEVER, np.int64)
    sums = np.zeros(len(fates.sales), np.int64)
    for ordinal in (1, 2):  # the second comes later
        which = refunds.linked & (refunds.ordinal == ordinal)
        sale = refunds.sale[which]
        sums[sale] += refunds.amount[which]
        reached = refunds_reach(fates.money.total[sale], sums[sale])
        last[sale[reached]] = refunds.time[which][reached]
    return last


def _changes(fates: Fates) -> ChangeFacts:
    sales, life = fates.sales, fates.life
    every = np.arange(len(sales), dtype=np.int64)
    turns = np.flatnonzero(fates.turned < NEVER).astype(np.int64)
    returned = np.flatnonzero(fates.refunded_at < NEVER).astype(np.int64)
    return ChangeFacts(
        sale=np.concatenate([every, turns, returned]),
        time=np.concatenate([sales.made, fates.turned[turns], fates.refunded_at[returned]]),
        status=np.concatenate([FIRST_STATUS[life], LATER_STATUS[life[turns]], np.full(len(returned), REFUNDED)]),
    )
