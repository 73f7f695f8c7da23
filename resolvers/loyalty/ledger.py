"""The ledger's only door: a member's points are opened for a write, changed by the rules, and entered.

points = await open_points(write, member)
redeem_points(points.account, 500, PointsReason.REWARD)
await enter(write, points, EntrySaid("A voucher"))
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Update, bindparam, update

from models.loyalty.ledger import (
    lot_rows,
    lots_of,
    loyalty_entry,
    loyalty_entry_note,
    loyalty_lot,
    loyalty_lot_part,
    open_lot_rows,
    parts_of_entry,
)
from models.loyalty.members import loyalty_membership
from resolvers.loyalty.tiering import MemberTiering, open_tiering, raise_tier, tier_columns, write_moves
from resolvers.operation.writing import Write
from rules.days import date_of, day_number
from rules.loyalty.account import PointsAccount
from rules.loyalty.lots import PointsLot
from rules.loyalty.points import EntryType, LotPart, PointsEntry, PointsReason, PointsSums
from rules.loyalty.spending import last_taken_first, restore_points
from rules.loyalty.standing import LoyaltyProgram

OF_LOT = tuple(name for name in PointsLot.__dataclass_fields__ if name != "id")
SALE_EARNED = (EntryType.EARNED, EntryType.PENDED)


@dataclass
class OpenPoints:
    """The points of a member in a write: the stored membership, its account, its tier, its lots as they were read."""

    member: Any
    account: PointsAccount
    tiering: MemberTiering
    were_due: int
    before: dict[int, PointsLot]
    earned_by: dict[int, str] = field(default_factory=dict[int, str])  # of new lots: what they came from, as JSON
    said: dict[int, "EntrySaid"] = field(default_factory=dict[int, "EntrySaid"])  # of entries, by their place

    def say(self, said: "EntrySaid") -> None:
        """Say something of the entries since it was last said of some; what `enter` is given is of all others."""
        first = max([self.were_due, *(place + 1 for place in self.said)])
        self.said |= dict.fromkeys(range(first, len(self.account.entries)), said)


@dataclass(frozen=True)
class EntrySaid:
    """What is said of the entries of an operation, and what they are of; `turn` is of what a sale earns."""

    description: str = ""
    sale_id: int | None = None
    turn: int | None = None
    refund_id: int | None = None
    redemption_id: int | None = None
    reverses_id: int | None = None
    further: str | None = None


NOTHING_SAID = EntrySaid()


async def open_points(write: Write, member: Any, program: LoyaltyProgram | None = None) -> OpenPoints:
    """The points of a member as they are today: what is due by now is among the entries to be written.

    Its tier is that after the reviews that are due. `program` is given where it has been read already.
    """
    today = day_number(write.today)
    lots = [_lot(row) for row in await write.rows(open_lot_rows(), customer=member.customer_id, day=today)]
    before = {lot.id: PointsLot(**asdict(lot)) for lot in lots}
    sums = PointsSums(member.balance, member.pending, member.owed, member.qualifying)
    account = PointsAccount(sums, lots, today=today, last_activity=member.last_activity)
    tiering = await open_tiering(write, member, account, program)
    return OpenPoints(member, account, tiering, len(account.entries), before)


async def new_lot_id(write: Write, points: OpenPoints) -> int:
    """The id of a lot that is to be made."""
    (id_,) = await write.take_ids(loyalty_lot, 1)
    while id_ in points.account.lots:  # of one that is made in this write too, which SQLite does not know of yet
        id_ += 1
    return id_


async def with_lots(write: Write, points: OpenPoints, ids: Iterable[int]) -> None:
    """Read lots that hold nothing any more, for what is to be put back or taken back."""
    missing = [id_ for id_ in ids if id_ not in points.account.lots]
    _take_up(points, await write.rows(lot_rows(), ids=missing) if missing else ())


async def with_all_lots(write: Write, points: OpenPoints) -> None:
    """Read the lots of a member that hold nothing any more too: what is given back into one is over once it left."""
    rows = await write.rows(lots_of(), ids=[points.member.customer_id])
    _take_up(points, [row for row in rows if row.id not in points.account.lots])


def _take_up(points: OpenPoints, rows: Iterable[Any]) -> None:
    for lot in map(_lot, rows):
        points.account.lots[lot.id] = lot
        points.before[lot.id] = PointsLot(**asdict(lot))


async def give_back(write: Write, points: OpenPoints, entry_id: int, amount: int, reason: PointsReason) -> None:
    """Give back points that an entry took, into the lots that it took them of, the last taken first."""
    rows = await write.rows(parts_of_entry(), entry=entry_id)
    left = [LotPart(row.lot_id, row.points + row.given_back) for row in rows if row.points < 0]
    await with_lots(write, points, [part.lot_id for part in left])
    restore_points(points.account, left, amount, reason)
    given = {part.lot_id: -part.points for part in last_taken_first(left, amount)}
    of_business = {"business": write.business_id}
    filled = [row for row in rows if row.points < 0 and row.lot_id in given]
    backs = [{**of_business, "part": row.id, "new_back": row.given_back + given[row.lot_id]} for row in filled]
    await write.run(_given_back(), backs)


async def enter(write: Write, points: OpenPoints, said: EntrySaid = NOTHING_SAID) -> list[int]:
    """Write the entries of a member's account, with its lots, its running sums and its tier; the ids of those of now.

    What was merely due is said by itself. A tier that is reached by this is the member's at once.
    """
    await raise_tier(write, points.tiering)
    account, entries = points.account, points.account.entries
    await _write_lots(write, points)
    ids = list(await write.take_ids(loyalty_entry, len(entries))) if entries else []
    words = [points.said.get(place, said) for place in range(len(entries))]
    rows = [_entry_row(write, points, place, id_, words[place]) for place, id_ in enumerate(ids)]
    await _insert(write, loyalty_entry, rows)
    parts = [_part_row(write, id_, part) for id_, entry in zip(ids, entries, strict=True) for part in entry.parts]
    await _insert(write, loyalty_lot_part, parts)
    new = ids[points.were_due :]
    notes = zip(new, words[points.were_due :], strict=True)
    await _insert(write, loyalty_entry_note, [_note_row(write, points, id_, word) for id_, word in notes])
    columns = {**_sums(points.member, account, entries), **tier_columns(points.tiering)}
    await write.update(loyalty_membership, points.member, **columns)
    await write_moves(write, points.tiering)
    _tell(write, points)
    return new


def _tell(write: Write, points: OpenPoints) -> None:
    customer_id = points.member.customer_id
    for entry in points.account.entries:
        if entry.type is EntryType.EXPIRED:
            told = {"points": -entry.change.points, "on": str(date_of(entry.day))}
            write.tell("loyalty.points.expired", customer_id, **told)
        else:
            told = {"points": entry.change.points, "balance": entry.after.points, "type": entry.type}
            write.tell("loyalty.points.changed", customer_id, **told)


# ---------------------------------------------------------------- rows


def _lot(row: Any) -> PointsLot:
    return PointsLot(row.id, **{name: row._mapping[name] for name in OF_LOT})


async def _write_lots(write: Write, points: OpenPoints) -> None:
    stamps = {"business_id": write.business_id, "customer_id": points.member.customer_id, "revision": write.revision}
    lots = points.account.lots.values()
    made = [lot for lot in lots if lot.id not in points.before]
    rows = [{**asdict(lot), **stamps, "earned_by": points.earned_by.get(lot.id)} for lot in made]
    await _insert(write, loyalty_lot, rows)
    changed = [lot for lot in lots if lot.id in points.before and lot != points.before[lot.id]]
    values = [{f"new_{name}": value for name, value in asdict(lot).items()} for lot in changed]
    of_business = {"business": write.business_id, "new_revision": write.revision}
    await write.run(_lot_changed(), [{**of_business, **one} for one in values])


def _lot_changed() -> Update:
    c = loyalty_lot.c
    mine = (c.id == bindparam("new_id"), c.business_id == bindparam("business"))
    values = {name: bindparam(f"new_{name}", type_=c[name].type) for name in (*OF_LOT, "revision")}
    return update(loyalty_lot).where(*mine).values(values)


def _given_back() -> Update:
    c = loyalty_lot_part.c
    mine = (c.id == bindparam("part"), c.business_id == bindparam("business"))
    return update(loyalty_lot_part).where(*mine).values(given_back=bindparam("new_back"))


def _entry_row(write: Write, points: OpenPoints, place: int, id_: int, said: EntrySaid) -> dict[str, Any]:
    entry = points.account.entries[place]
    of_now = said if place >= points.were_due else EntrySaid(sale_id=_sale_of(points, entry))
    is_earned = entry.type in SALE_EARNED and entry.reason is PointsReason.SALE
    return {
        "id": id_,
        "business_id": write.business_id,
        "customer_id": points.member.customer_id,
        "type": entry.type,
        "reason": entry.reason,
        "business_day": entry.day,
        "created_at": write.now,
        "actor": write.actor.name,
        "points": entry.change.points,
        "pending_change": entry.change.pending,
        "owed_change": entry.change.owed,
        "qualifying_change": entry.change.qualifying,
        "balance_after": entry.after.points,
        "pending_after": entry.after.pending,
        "owed_after": entry.after.owed,
        "qualifying_after": entry.after.qualifying,
        "sale_id": of_now.sale_id,
        "turn": of_now.turn if is_earned else None,
        "refund_id": of_now.refund_id,
        "redemption_id": of_now.redemption_id,
        "reverses_id": of_now.reverses_id if entry.type is EntryType.RESTORED else None,
        "expires_on": entry.expires_on,
        "revision": write.revision,
    }


def _sale_of(points: OpenPoints, entry: PointsEntry) -> int | None:
    """The sale whose points became active."""
    return points.account.lots[entry.parts[0].lot_id].sale_id if entry.type is EntryType.ACTIVATED else None


def _part_row(write: Write, entry_id: int, part: LotPart) -> dict[str, Any]:
    of_entry = {"business_id": write.business_id, "entry_id": entry_id, "given_back": 0}
    return {**of_entry, "lot_id": part.lot_id, "points": part.points, "qualifying": part.qualifying}


def _note_row(write: Write, points: OpenPoints, entry_id: int, said: EntrySaid) -> dict[str, Any]:
    of_entry = {"entry_id": entry_id, "business_id": write.business_id, "customer_id": points.member.customer_id}
    return {**of_entry, "description": said.description, "further": said.further}


def _sums(member: Any, account: PointsAccount, entries: Sequence[PointsEntry]) -> dict[str, Any]:
    def moved(*types: EntryType) -> int:
        return sum(entry.change.points for entry in entries if entry.type in types)

    return {
        "balance": account.sums.points,
        "pending": account.sums.pending,
        "owed": account.sums.owed,
        "qualifying": account.sums.qualifying,
        "lifetime": member.lifetime + sum(entry.lifetime for entry in entries),
        "redeemed": member.redeemed - moved(EntryType.REDEEMED, EntryType.RESTORED),
        "expired": member.expired - moved(EntryType.EXPIRED),
        "last_activity": account.last_activity,
    }


async def _insert(write: Write, target: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        names = tuple(rows[0])
        await write.insert_many(target, names, [tuple(row[name] for name in names) for row in rows])
