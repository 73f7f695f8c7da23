"""What rows become before they are written: sales, refunds and customers without ids, and rejects."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from ingest.values import Moment
from rules.selling import PaymentMethod, SaleChannel, SaleStatus, day_counted_from, settles

LONGEST_NUMBER = 80


class Item(NamedTuple):
    """One line of a sale as its table wants it: quantity, price and cost in millionths, money in minor units."""

    position: int
    product: str
    sku: str | None
    category: str | None
    brand: str | None
    quantity: int
    unit_price: int
    unit_cost: int | None
    total: int  # after its own discount
    profit: int | None
    is_product: bool
    discount: int = 0  # of this line alone


class Paid(NamedTuple):
    """What was paid for a sale by one method, in minor units."""

    method: PaymentMethod
    amount: int


@dataclass(slots=True)
class Draft:
    """What a sale and a refund have in common before they are written."""

    number: str
    lines: list[int]  # of the file, every row that this was made of
    moment: Moment
    customer: str | None
    profile: tuple[Any, ...]
    digest: str = ""
    source: str | None = None
    storefront: str | None = None


@dataclass(slots=True)
class SaleDraft(Draft):
    """A sale before it has ids."""

    items: list[Item] = field(default_factory=list[Item])
    status: SaleStatus = SaleStatus.COMPLETED
    channel: SaleChannel = SaleChannel.STORE
    subtotal: int = 0
    discount: int = 0
    tax: int = 0
    profit: int | None = None
    costed: int = 0
    payments: list[Paid] = field(default_factory=list[Paid])
    paid_back: int = 0  # by the sale's own rows, tax included
    odd: str | None = None  # what is strange in a sale that is written all the same

    @property
    def total(self) -> int:
        """What is revenue."""
        return self.subtotal - self.discount

    @property
    def counted_from(self) -> int | None:
        """The day from which the sale counts, None where it does not."""
        return day_counted_from(self.status, self.moment.business_day)

    @property
    def paid(self) -> int:
        """What settles it."""
        return sum(paid.amount for paid in self.payments if settles(paid.method))


@dataclass(slots=True)
class RefundDraft(Draft):
    """A refund before it has an id: its amount is of goods without tax, `sale_number` the sale that it names."""

    amount: int = 0
    tax: int = 0
    sale_number: str | None = None


@dataclass(slots=True)
class PersonDraft(Draft):
    """A customer without a sale, before it has an id; its number is the customer's."""


Drafted = SaleDraft | RefundDraft


class Outcome(NamedTuple):
    """What became of the rows of one number; each row is in one draft or in one reject."""

    drafts: list[Drafted]
    rejects: list[tuple[list[int], str]]


def checked_number(number: str, of: str) -> str:
    """A number that fits its column; `of` says what it is the number of."""
    if len(number) > LONGEST_NUMBER:
        raise Unsellable(f"the number of the {of} is longer than {LONGEST_NUMBER} characters")
    return number


def number_of_owner(number: str, owner: str) -> str:
    """The number of a fact whose own another storefront's or system's has."""
    return f"{number} ({owner})"[:LONGEST_NUMBER]


class Unsellable(ValueError):
    """Rows that together make no sale; the message says why, and `line` which one it is where it is one."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


def digest_of(draft: Drafted) -> str:
    """Of everything that would be written, so that it changes exactly when a row changes what was made of it."""
    content: list[Any] = [draft.number, draft.moment, draft.customer, draft.profile]
    if isinstance(draft, SaleDraft):
        lines, discounts = [item[:-1] for item in draft.items], [item.discount for item in draft.items]
        content += [lines, draft.status, draft.channel, draft.storefront, draft.discount, draft.tax]
        content += draft.payments[0] if len(draft.payments) == 1 else [None, 0, *draft.payments]
        if draft.paid_back:
            content.append(draft.paid_back)
        if any(discounts):
            content.append(discounts)
    else:
        content.append(draft.amount)
        if draft.sale_number is not None:
            content += [draft.sale_number, draft.tax]
    return blake2b(orjson.dumps(content, default=tuple), digest_size=16).hexdigest()
