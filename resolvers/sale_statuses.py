"""The statuses that a sale takes, each with its day and who brought it there."""

from dataclasses import dataclass
from typing import Annotated, Any

from models import SaleStatusChange
from models.database import table
from models.recording import last_day_of_sale
from resolvers.happening import Happening
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from rules.currency import major
from rules.selling import SaleStatus, due, rest_due

change = table(SaleStatusChange)


@dataclass(frozen=True)
class SalePayload:
    """The sale as it is now."""

    sale_id: int
    customer_id: int | None
    points_changed: Annotated[int, "The customer's points + pending - owed, after less before."] = 0
    replayed: Annotated[bool, "Whether the key was used before, and nothing was done now."] = False


def rest_of(row: Any) -> int:
    """What is still to be paid for a sale, whatever its status."""
    return rest_due(due=due(row.total, row.tax), taken_off=row.refunded + row.refunded_beside, paid=row.paid)


async def note_status(write: Write, row: Any, status: SaleStatus, when: Happening) -> None:
    """Keep that a sale took another status than its row has; one that is COMPLETED is told."""
    if status is row.status:
        return
    taken = {"sale_id": row.id, "status": status, "actor": write.actor.name}
    await write.insert(change, **taken, changed_at=when.at, business_day=when.day)
    if status is SaleStatus.COMPLETED:
        tell_of_sale(write, "sale.completed", row, status=status)


def tell_of_sale(write: Write, kind: str, row: Any, *, status: SaleStatus) -> None:
    """Tell the shop's other systems of a sale."""
    told = {"id": global_id("Sale", row.id), "status": status, "total": str(major(row.total, write.exponent))}
    write.tell(kind, row.customer_id, **told)


async def settled_on(write: Write, sale_id: int, when: Happening) -> Happening:
    """The moment with the last day of what settled a sale, whatever order that was recorded in."""
    (last,) = await write.rows(last_day_of_sale(), ids=[sale_id])
    day = max(day for day in (when.day, *last) if day is not None)
    return when._replace(moment=when.moment._replace(business_day=day))
