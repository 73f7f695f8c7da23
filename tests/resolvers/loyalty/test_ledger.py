"""The ledger's door: what the rules made of a member's points is in the store, entry by entry, and adds up."""

import ast
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.database import Database
from resolvers.loyalty.joining import join_program, membership_of
from resolvers.loyalty.ledger import EntrySaid, OpenPoints, enter, give_back, new_lot_id, open_points, with_lots
from resolvers.operation.writing import Write, writing
from rules.days import date_of
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.points import PointsReason
from rules.loyalty.settings import ProgramSettings, RefundPolicy
from rules.loyalty.spending import redeem_points
from rules.loyalty.taking_back import take_back_earned
from tests.builders import ACTOR, Shop, open_shop

ROOT = Path(__file__).parents[3]
SETTINGS = ProgramSettings(is_active=True, expiry_days=60)
ENTRIES = """SELECT type, business_day, points, owed_change, qualifying_change, balance_after, owed_after,
    qualifying_after FROM loyalty_entry WHERE business_id = :shop ORDER BY id"""
LOTS = "SELECT remaining, qualifying, gone, ended_by FROM loyalty_lot WHERE business_id = :shop ORDER BY id"
# What each lot holds, less what its parts say; and the running sums of members, less those of their entries.
OFF = """SELECT count(*) FROM loyalty_lot l WHERE business_id = :shop AND (remaining, qualifying) <> (SELECT
    sum(p.points), sum(p.qualifying) FROM loyalty_lot_part p WHERE p.lot_id = l.id)"""
OFF_SUMS = """SELECT count(*) FROM loyalty_membership m WHERE business_id = :shop AND (balance, pending, owed,
    qualifying, redeemed, expired) <> (SELECT sum(points), sum(pending_change), sum(owed_change),
    sum(qualifying_change),
    -sum(CASE WHEN type IN ('REDEEMED', 'RESTORED') THEN points ELSE 0 END),
    -sum(CASE WHEN type = 'EXPIRED' THEN points ELSE 0 END) FROM loyalty_entry e WHERE e.customer_id = m.customer_id)"""

Change = Callable[[Write, OpenPoints], Awaitable[None]]


async def on(shop: Shop, day: str, change: Change) -> list[int]:
    """A write of a day that changes the points of ANN; the ids of its entries."""
    now = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    async with writing(shop.database, shop.id, actor=ACTOR, clock=lambda: now) as write:
        points = await open_points(write, (await join_program(write, shop.id_of("ANN"))).member)
        await change(write, points)
        return await enter(write, points, EntrySaid("as told"))


def earning(amount: int) -> Change:
    """What a sale earns."""

    async def change(write: Write, points: OpenPoints) -> None:
        id_ = await new_lot_id(write, points)
        today = points.account.today
        credit_points(points.account, SETTINGS, PointsCredit(id_, amount, PointsReason.SALE, today, is_activity=True))

    return change


async def all_rows(shop: Shop, statement: str) -> list[tuple[Any, ...]]:
    async with shop.database.reading(shop.id) as connection:
        return [tuple(row) for row in await connection.execute(text(statement), {"shop": shop.id})]


async def a_shop(database: Database) -> Shop:
    shop = await open_shop(database)
    shop.customer("ANN")
    await shop.save()
    return shop


async def test_one_history_by_hand(database: Database) -> None:
    """Earned twice, spent across two lots, refunded after it was spent, earned again, given back, expired."""
    shop = await a_shop(database)
    await on(shop, "2026-01-01", earning(100))
    await on(shop, "2026-01-10", earning(50))

    async def redeem(_write: Write, points: OpenPoints) -> None:
        redeem_points(points.account, 120, PointsReason.REWARD)

    (redeemed,) = await on(shop, "2026-01-20", redeem)
    first = (await all_rows(shop, "SELECT min(id) FROM loyalty_lot WHERE business_id = :shop"))[0][0]

    async def refund(write: Write, points: OpenPoints) -> None:
        await with_lots(write, points, [first])
        lot = points.account.lots[first]
        take_back_earned(points.account, lot, 100, policy=RefundPolicy.OWE, reason=PointsReason.REFUND)

    await on(shop, "2026-01-25", refund)
    await on(shop, "2026-02-01", earning(80))

    async def cancel(write: Write, points: OpenPoints) -> None:
        await give_back(write, points, redeemed, 120, PointsReason.REWARD)

    await on(shop, "2026-02-10", cancel)
    await on(shop, "2026-04-10", earning(5))

    found = [(row[0], str(date_of(row[1])), *row[2:]) for row in await all_rows(shop, ENTRIES)]
    assert found == [
        ("EARNED", "2026-01-01", 100, 0, 100, 100, 0, 100),
        ("EARNED", "2026-01-10", 50, 0, 50, 150, 0, 150),
        ("REDEEMED", "2026-01-20", -120, 0, 0, 30, 0, 150),
        ("REVERSED", "2026-01-25", -30, 70, -100, 0, 70, 50),
        ("EARNED", "2026-02-01", 10, -70, 80, 10, 0, 130),
        ("RESTORED", "2026-02-10", 120, 0, 0, 130, 0, 130),
        ("EXPIRED", "2026-03-03", -100, 0, 0, 30, 0, 130),
        ("EXPIRED", "2026-03-12", -20, 0, 0, 10, 0, 130),
        ("EXPIRED", "2026-04-03", -10, 0, 0, 0, 0, 130),
        ("EARNED", "2026-04-10", 5, 0, 5, 5, 0, 135),
    ]
    assert await all_rows(shop, LOTS) == [
        (0, 0, 100, "EXPIRED"),
        (0, 50, 20, "EXPIRED"),
        (0, 80, 10, "EXPIRED"),
        (5, 5, 0, None),
    ]
    assert await all_rows(shop, OFF) == await all_rows(shop, OFF_SUMS) == [(0,)]
    notes = await all_rows(shop, "SELECT count(*) FROM loyalty_entry_note WHERE business_id = :shop")
    assert notes == [(7,)]  # what was merely due says nothing


async def test_joining_is_told_once_and_points_move_the_programs_revision(database: Database) -> None:
    shop = await a_shop(database)
    for _ in range(2):
        await on(shop, "2026-01-01", earning(10))
    async with writing(shop.database, shop.id, actor=ACTOR, clock=lambda: shop.now) as write:
        member = await membership_of(write, shop.id_of("ANN"))
    assert (member.status, member.balance, member.lifetime, len(member.referral_code)) == ("ACTIVE", 20, 20, 8)
    changes = "SELECT change FROM loyalty_membership_change WHERE business_id = :shop"
    assert await all_rows(shop, changes) == [("JOINED",)]
    (counted,) = await all_rows(shop, "SELECT revision, program_revision FROM business WHERE id = :shop")
    assert counted[0] == counted[1]


async def test_the_store_holds_running_sums_above_zero(sqlite_database: Database) -> None:
    shop = await a_shop(sqlite_database)
    await on(shop, "2026-01-01", earning(10))
    for name in ("balance_after", "pending_after", "owed_after", "qualifying_after"):
        with pytest.raises(IntegrityError, match="loyalty_entry_sums"):
            async with shop.database.transaction() as connection:
                await connection.execute(text(f"UPDATE loyalty_entry SET {name} = -1"))


def test_nothing_but_the_door_writes_entries() -> None:
    """Who names a table of the ledger outside models/ could write it."""
    tables, doors = {"loyalty_entry", "LoyaltyEntry", "loyalty_lot", "loyalty_lot_part"}, set[str]()
    for room in ("resolvers", "ingest", "exports", "schema", "server", "analytics"):
        for path in (ROOT / room).rglob("*.py"):
            names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
            if names & tables:
                doors.add(str(path.relative_to(ROOT)))
    assert doors == {"resolvers/loyalty/ledger.py"}
