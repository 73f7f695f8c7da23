"""The books of a file: its sales and refunds by month and status, to be laid beside the shop's own report."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.drafts import Drafted, RefundDraft, SaleDraft

REFUNDS = "REFUNDS"


@dataclass
class BookLine:
    """What one month's sales of one status come to, in minor units; or one month's refunds."""

    month: int  # year * 12 + month - 1
    status: str  # of sales, or REFUNDS
    count: int = 0
    subtotal: int = 0  # lines before any discount
    discount: int = 0  # of lines and of whole sales
    total: int = 0  # subtotal less discount; of refunds what was paid back of goods
    tax: int = 0
    paid: int = 0

    def add(self, draft: Drafted) -> None:
        """Add one sale or refund."""
        self.count += 1
        self.tax += draft.tax
        if isinstance(draft, SaleDraft):
            of_lines = sum(item.discount for item in draft.items)
            self.subtotal += draft.subtotal + of_lines
            self.discount += draft.discount + of_lines
            self.total += draft.total
            self.paid += draft.paid
        else:
            self.total += draft.amount


@dataclass
class Books:
    """The lines of a file's books by month and status."""

    lines: dict[tuple[int, str], BookLine] = field(default_factory=dict[tuple[int, str], BookLine])

    def add(self, drafts: Iterable[Drafted]) -> None:
        """Enter sales and refunds."""
        for draft in drafts:
            status = REFUNDS if isinstance(draft, RefundDraft) else str(draft.status)
            month = draft.moment.business_month
            self.lines.setdefault((month, status), BookLine(month, status)).add(draft)

    def in_order(self) -> list[BookLine]:
        """The lines by month, those of refunds last in each."""
        return [self.lines[key] for key in sorted(self.lines, key=lambda key: (key[0], key[1] == REFUNDS, key[1]))]
