"""How a sale was paid."""

from collections.abc import Sequence

from ingest.amounts import minor
from ingest.drafts import Paid, SaleDraft, Unsellable
from ingest.fields import ORDER
from ingest.rows import SourceRow
from ingest.sale_terms import SaleTerms, given
from ingest.whole_sales.order_money import of_order
from ingest.words import RowKind
from rules.selling import PaymentMethod, SaleStatus, due


def add_payments(draft: SaleDraft, rows: Sequence[SourceRow], terms: SaleTerms) -> None:
    """Put what was paid into the sale, whose total is known; on credit alone it is PARTIAL."""
    draft.payments = [paid for paid in _payments(draft, rows, terms) if paid.amount > 0]
    owed = due(draft.total, draft.tax)
    given_in_all = sum(paid.amount for paid in draft.payments)
    if given_in_all > owed:
        raise Unsellable("more is paid than the total and tax of the sale")
    if given_in_all > draft.paid and draft.status is SaleStatus.COMPLETED:
        draft.status = SaleStatus.PARTIAL


def _payments(draft: SaleDraft, rows: Sequence[SourceRow], terms: SaleTerms) -> list[Paid]:
    mapping, exponent = terms.mapping, terms.exponent
    by_column = {
        PaymentMethod(name.partition(".")[2]): minor(amount, exponent)
        for place, name in enumerate(mapping.paid_by)
        if (amount := next((row.paid_by[place] for row in rows if row.paid_by[place]), None))
    }
    if by_column:
        return _kept(by_column)
    by_row = [row for row in rows if row.kind is RowKind.PAYMENT] or (rows if mapping.gives("paid") else [])
    by_row = [row for row in by_row if not row.is_void]
    if by_row:
        amounts: dict[PaymentMethod, int] = {}
        before = given(rows, "payment_method")
        for row in by_row:
            before = row.payment_method or before
            paid = row.paid if row.kind is not RowKind.PAYMENT or row.paid is not None else row.amount
            if paid and before is None:
                raise Unsellable(f"line {row.line} is paid by no method", row.line)
            if paid and before is not None:
                amounts[before] = amounts.get(before, 0) + minor(paid, exponent)
        return _kept(amounts)
    if has_payment_rows(terms):
        return []
    method = given(rows, "payment_method")
    if method is None:
        return []
    if ORDER + "paid" in mapping.order:
        return [Paid(method, of_order(rows, "paid", terms))]
    return [Paid(method, due(draft.total, draft.tax))] if draft.status is SaleStatus.COMPLETED else []


def _kept(amounts: dict[PaymentMethod, int]) -> list[Paid]:
    """Payments less what was handed back of them, as change or by rounding, the last first."""
    back = -sum(amount for amount in amounts.values() if amount < 0)
    kept: list[Paid] = []
    for method, amount in reversed(amounts.items()):
        if amount > 0:
            kept.append(Paid(method, max(amount - back, 0)))
            back = max(back - amount, 0)
    return kept[::-1]


def has_payment_rows(terms: SaleTerms) -> bool:
    """Whether rows of the file are payments, so that other rows say nothing of them."""
    return RowKind.PAYMENT in terms.mapping.words.get("kind", {}).values()
