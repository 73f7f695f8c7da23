"""The sale that rows make."""

from collections.abc import Sequence

from ingest.amounts import extra_item, gross_of, item_of, minor, summed, without
from ingest.drafts import Item, SaleDraft, Unsellable
from ingest.rows import SourceRow
from ingest.sale_terms import SaleTerms, earliest, first_dated, given, lines_of, moment_of, numbered, profile_of
from ingest.whole_sales.order_money import of_order
from ingest.whole_sales.payments import add_payments
from ingest.whole_sales.roles import Roles
from ingest.whole_sales.totals import add_totals
from ingest.words import ANY_WORD
from rules.selling import SaleStatus, shares

EXTRAS = {"shipping": "Shipping", "tip": "Tip", "fee": "Fee"}
REFUNDED = (
    "status REFUNDED is derived from refunds: map what was paid back as order.refund, and let the word mean COMPLETED"
)


def sale_of(roles: Roles, rows: Sequence[SourceRow], terms: SaleTerms) -> SaleDraft:
    """The sale of these rows; Unsellable says why they make none."""
    mapping, exponent = terms.mapping, terms.exponent
    sold = roles.sold or [row for row in roles.void if row.is_void]  # of which all was taken off is a cancelled one
    if not sold and roles.void:
        raise Unsellable("quantity is 0", roles.void[0].line)
    draft = SaleDraft(
        number=numbered(given(rows, "sale") or rows[0].key, moment_of(first_dated(rows)), terms),
        lines=lines_of(rows),
        moment=earliest(rows),
        customer=given(rows, "customer"),
        profile=profile_of(rows),
        source=mapping.source,
        items=_items(sold, rows, terms),
        status=SaleStatus.COMPLETED if roles.sold else SaleStatus.CANCELLED,
        channel=given(rows, "channel") or mapping.channel,
        storefront=given(rows, "storefront") or mapping.habits.storefront,
        discount=sum(abs(gross_of(row, exponent)) for row in roles.discounts) + abs(of_order(rows, "discount", terms)),
    )
    own = [abs(minor(row.discount, exponent)) for row in roles.sold]
    if roles.sold:
        draft.status = given(rows, "status") or SaleStatus.COMPLETED
    if draft.status is SaleStatus.REFUNDED:
        raise Unsellable(REFUNDED)
    add_totals(draft, own, [*roles.sold, *roles.discounts], sold, rows, terms)
    add_payments(draft, rows, terms)
    return draft


def _items(sold: Sequence[SourceRow], rows: Sequence[SourceRow], terms: SaleTerms) -> list[Item]:
    """The lines of the sale, those for postage, tips and fees behind what was sold."""
    exponent = terms.exponent
    items = [
        item_of(position, row, exponent, product=_product(row, terms), is_product=row.is_product is not False)
        for position, row in enumerate(sold, start=1)
    ]
    within = abs(of_order(rows, "shipping_within", terms))
    if within:
        items = _without_postage(items, within, exponent)
    for name, label in EXTRAS.items():
        kept = [row for row in rows if not row.is_void]
        amount = summed(kept, name, exponent) if name in SourceRow._fields else 0
        amount += of_order(rows, name, terms)
        if amount < 0:
            raise Unsellable(f"{name} is negative")
        if amount:
            called = terms.mapping.words.get(name, {}).get(ANY_WORD, label)
            items.append(extra_item(len(items) + 1, called, amount, exponent))
    if not items:
        raise Unsellable("no row of the sale says what was sold")
    return items


def _without_postage(items: list[Item], postage: int, exponent: int) -> list[Item]:
    totals = [item.total for item in items]
    if postage > sum(totals):
        raise Unsellable("the postage is larger than what it is contained in")
    goods = without(items, shares(postage, totals), exponent)
    return [*goods, extra_item(len(items) + 1, EXTRAS["shipping"], postage, exponent)]


def _product(row: SourceRow, terms: SaleTerms) -> str:
    name = row.product or row.sku or terms.mapping.product
    return f"{name} - {row.variant}"[:300] if row.variant else name
