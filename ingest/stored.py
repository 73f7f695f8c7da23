"""What the store holds of the sales and refunds of a batch, and which of them is which: a number is not an identity."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.drafts import Draft, Drafted, PersonDraft, RefundDraft, SaleDraft, number_of_owner
from models import Refund, Sale, SaleItem, Storefront
from models.database import TextList, any_of, owned, scoped, table
from rules.days import date_of

sale, item, refund, storefront = table(Sale), table(SaleItem), table(Refund), table(Storefront)
SALE = (
    "id", "number", "digest", "customer_id", "paid", "refunded", "source", "business_day", "total"
)  # fmt: skip
REFUND = (
    "id", "number", "digest", "customer_id", "source", "occurred_at", "sale_id", "sale_number", "amount"
)  # fmt: skip
COMPLETE = "--replace says that the file is complete"


@cache
def sales_numbered() -> Select[Any]:
    """What is stored of the sales of :business with one of the :numbers."""
    return _numbered(sale, SALE)


@cache
def refunds_numbered() -> Select[Any]:
    """What is stored of the refunds of :business with one of the :numbers."""
    return _numbered(refund, REFUND)


def _numbered(source: Table, names: Sequence[str]) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [*(source.c[name] for name in names), storefront.c.name.label("storefront")]
    shops = source.outerjoin(storefront, storefront.c.id == source.c.storefront_id)
    return select(*columns).select_from(shops).where(scoped(source), any_of(source.c.number, "numbers", TextList))


@cache
def lines_of_sales() -> Select[Any]:
    """The lines of the sales :ids, by what is the name of each there: the sku, else the product."""
    name = func.coalesce(item.c.sku, item.c.product).label("name")
    columns: list[ColumnElement[Any]] = [item.c.sale_id, name]
    return select(*columns).where(owned(item), any_of(item.c.sale_id, "ids")).order_by(item.c.id)


@cache
def sales_of_tills() -> Select[Any]:
    """Those of the sales :ids that were recorded here, or voided or refunded here since they were imported."""
    given_back = select(refund.c.sale_id).where(refund.c.settled.is_not(None), any_of(refund.c.sale_id, "ids"))
    ours = or_(sale.c.recorded_at.is_not(None), sale.c.voided_at.is_not(None), sale.c.id.in_(given_back))
    return select(sale.c.id).where(owned(sale), any_of(sale.c.id, "ids"), ours)


@dataclass
class Batch:
    """Some sales and refunds that are written in one transaction."""

    sales: list[SaleDraft] = field(default_factory=list[SaleDraft])
    refunds: list[RefundDraft] = field(default_factory=list[RefundDraft])
    people: list[PersonDraft] = field(default_factory=list[PersonDraft])
    rows: int = 0

    def add(self, draft: Draft) -> None:
        """Put one more in."""
        if isinstance(draft, SaleDraft):
            self.sales.append(draft)
        elif isinstance(draft, RefundDraft):
            self.refunds.append(draft)
        elif isinstance(draft, PersonDraft):
            self.people.append(draft)
        self.rows += len(draft.lines)

    def remove(self, drafts: Iterable[Drafted]) -> None:
        """Take some out again."""
        out = {id(draft) for draft in drafts}
        self.sales = [draft for draft in self.sales if id(draft) not in out]
        self.refunds = [draft for draft in self.refunds if id(draft) not in out]
        self.rows = sum(len(draft.lines) for draft in (*self.sales, *self.refunds))

    def __len__(self) -> int:
        return len(self.sales) + len(self.refunds) + len(self.people)


@dataclass
class StoredFacts:
    """What the store holds under the numbers of a batch."""

    sales: dict[str, Any] = field(default_factory=dict[str, Any])
    refunds: dict[str, Any] = field(default_factory=dict[str, Any])

    def row(self, draft: Drafted) -> Any | None:
        """The stored row with the draft's number, None where it is new."""
        return (self.sales if isinstance(draft, SaleDraft) else self.refunds).get(draft.number)

    def differs(self, draft: Drafted) -> bool:
        """Whether the draft is new, or made of other rows than what is stored."""
        row = self.row(draft)
        return row is None or row.digest != draft.digest


async def stored_of(connection: AsyncConnection, business_id: int, batch: Batch) -> StoredFacts:
    """What is stored under the numbers of the batch."""
    stored = StoredFacts()
    for statement, drafts, rows in (
        (sales_numbered(), batch.sales, stored.sales),
        (refunds_numbered(), batch.refunds, stored.refunds),
    ):
        if drafts:
            rows.update(await _rows_numbered(connection, statement, business_id, [draft.number for draft in drafts]))
    return stored


async def _rows_numbered(
    connection: AsyncConnection, statement: Select[Any], business_id: int, numbers: Sequence[str]
) -> dict[str, Any]:
    rows = await connection.execute(statement, {"business": business_id, "numbers": list(numbers)})
    return {row.number: row for row in rows}


# ---------------------------------------------------------------- which one it is


def is_same(draft: Drafted, other: Any) -> bool:
    """Whether two facts of one number are the same: of one source and one storefront, as far as both say."""
    return _agree(draft, other, ("source", "storefront"))


def _is_same_refund(draft: Drafted, other: Any) -> bool:
    """The same of refunds, which are of one sale as well."""
    return _agree(draft, other, ("source", "storefront", "sale_number"))


def _agree(draft: Drafted, other: Any, names: Iterable[str]) -> bool:
    return all(getattr(draft, name) is None or getattr(other, name) in (None, getattr(draft, name)) for name in names)


def _same(draft: Drafted, other: Any) -> bool:
    return is_same(draft, other) if isinstance(draft, SaleDraft) else _is_same_refund(draft, other)


async def tell_apart(connection: AsyncConnection, business_id: int, batch: Batch) -> list[tuple[Drafted, str]]:
    """Give the facts of a batch whose number another one has a number that says whose it is.

    Those that cannot be told apart even so come back with the reason, and are to be rejected.
    """
    clashes: list[tuple[Drafted, str]] = []
    for statement, drafts in ((sales_numbered(), batch.sales), (refunds_numbered(), batch.refunds)):
        if not drafts:
            continue
        numbers = [draft.number for draft in drafts]
        taken: dict[str, Any] = await _rows_numbered(connection, statement, business_id, numbers)
        apart = [name for draft in drafts if (name := _qualified(draft)) is not None and not _fits(draft, taken)]
        if apart or len(set(numbers)) < len(numbers):
            every = [name for draft in drafts if (name := _qualified(draft)) is not None]
            taken |= await _rows_numbered(connection, statement, business_id, every)
        clashes.extend(_settle_numbers(drafts, taken))
    return clashes


def settle_numbers_of_file(batch: Batch) -> list[tuple[Drafted, str]]:
    """The same where nothing is stored yet."""
    return [*_settle_numbers(batch.sales, {}), *_settle_numbers(batch.refunds, {})]


def _settle_numbers(drafts: Sequence[Drafted], taken: dict[str, Any]) -> list[tuple[Drafted, str]]:
    clashes: list[tuple[Drafted, str]] = []
    drafted: set[str] = set()
    for draft in drafts:
        number = next(
            (name for name in (draft.number, _qualified(draft)) if _is_free(name, draft, taken, drafted)), None
        )
        if number is None:
            kind = "sale" if isinstance(draft, SaleDraft) else "refund"
            clashes.append((draft, f"another {kind} has the number {draft.number}, and nothing tells them apart"))
            continue
        draft.number = number
        drafted.add(number)
        taken[number] = draft
    return clashes


def _is_free(name: str | None, draft: Drafted, taken: dict[str, Any], drafted: set[str]) -> bool:
    if name is None or name in drafted:
        return False
    return name not in taken or _same(draft, taken[name])


def _fits(draft: Drafted, taken: dict[str, Any]) -> bool:
    return draft.number not in taken or _same(draft, taken[draft.number])


def _qualified(draft: Drafted) -> str | None:
    owner = draft.storefront or draft.source
    return None if owner is None else number_of_owner(draft.number, owner)


# ---------------------------------------------------------------- what a file must not remove


async def would_lose(
    connection: AsyncConnection, business_id: int, batch: Batch, stored: StoredFacts
) -> list[tuple[Drafted, str]]:
    """The sales of a batch that are stored with something that the file does not hold, with the reason."""
    changed = {stored.sales[draft.number].id: draft for draft in batch.sales if _is_update(draft, stored)}
    lost: list[tuple[Drafted, str]] = []
    if changed:
        rows = await connection.execute(lines_of_sales(), {"business": business_id, "ids": list(changed)})
        held = {id_: Counter(line.sku or line.product for line in draft.items) for id_, draft in changed.items()}
        missing: dict[int, str] = {}
        for row in rows:
            held[row.sale_id][row.name] -= 1  # a file with one of two like lines lacks the other
            if held[row.sale_id][row.name] < 0:
                missing.setdefault(row.sale_id, row.name)
        lost = [(changed[id_], _would_lose_line(changed[id_], name)) for id_, name in missing.items()]
    for draft in batch.refunds:
        row = stored.refunds.get(draft.number)
        if row is not None and row.digest != draft.digest and (what := _lost_of_refund(draft, row)) is not None:
            lost.append((draft, f"refund {draft.number} is stored {what}: {COMPLETE}"))
    return lost


async def of_tills(
    connection: AsyncConnection, business_id: int, batch: Batch, stored: StoredFacts
) -> list[tuple[Drafted, str]]:
    """The sales of a batch that a file would change, and that are the tills' own: what happened here stays."""
    changed = {stored.sales[draft.number].id: draft for draft in batch.sales if _is_update(draft, stored)}
    if not changed:
        return []
    rows = await connection.execute(sales_of_tills(), {"business": business_id, "ids": list(changed)})
    why = "was recorded, voided or refunded here: no file changes it"
    return [(changed[row.id], f"sale {changed[row.id].number} {why}") for row in rows]


def _lost_of_refund(draft: RefundDraft, row: Any) -> str | None:
    """What of a stored refund the file does not hold, where the number is its sale's and stands for no one refund."""
    number = draft.sale_number
    if not draft.lines or number is None or draft.number.partition("/")[0] != number.partition("/")[0]:
        return None
    if row.occurred_at != draft.moment.instant:
        return "for another time, which this file does not hold"
    return "with more than this file holds" if draft.amount < row.amount else None


def of_another_day(batch: Batch, stored: StoredFacts) -> list[tuple[Drafted, str]]:
    """The sales of a batch whose number is stored for another day: where numbers begin anew they are other sales."""
    return [
        (
            draft,
            f"sale {draft.number} is stored for {date_of(row.business_day)}: is it the same one? --number-restarts "
            "never says so, --number-restarts daily that numbers begin anew each day",
        )
        for draft in batch.sales
        if (row := stored.sales.get(draft.number)) is not None and row.business_day != draft.moment.business_day
    ]


def _is_update(draft: SaleDraft, stored: StoredFacts) -> bool:
    row = stored.sales.get(draft.number)
    return row is not None and row.digest != draft.digest


def _would_lose_line(draft: SaleDraft, name: str) -> str:
    return f'sale {draft.number} is stored with "{name[:60]}", which this file does not hold: {COMPLETE}'
