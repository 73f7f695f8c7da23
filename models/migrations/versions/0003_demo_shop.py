"""How far the demo shop is gets a table of its own; it was read from the audit entries of its steps."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.tenancy import guard

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ACTION = "demo.grow"
PLAN = ("customers", "seed", "opened", "filled")
STEP = ("day", "after", "until", "low", "high")
LATEST = """SELECT business_id, changes, revision FROM audit_entry WHERE id IN
    (SELECT max(id) FROM audit_entry WHERE action = :action GROUP BY business_id)"""
KEPT = "SELECT demo_shop.*, business.updated_at FROM demo_shop JOIN business ON business.id = demo_shop.business_id"
ENTRY = """INSERT INTO audit_entry (business_id, at, actor, role, action, changes, revision)
    VALUES (:business_id, :at, 'migration', 'ADMIN', :action, :changes, :revision)"""


def upgrade() -> None:
    demo_shop = op.create_table(
        "demo_shop",
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
        ),
        sa.PrimaryKeyConstraint("business_id"),
    )
    rows = [_kept(entry) for entry in op.get_bind().execute(sa.text(LATEST), {"action": ACTION})]
    op.bulk_insert(demo_shop, rows)
    if op.get_context().dialect.name == "postgresql":
        guard(op.get_bind(), ["demo_shop"])


def _kept(entry: Any) -> dict[str, Any]:
    step = json.loads(entry.changes)
    named = {name: step["plan"][name] for name in PLAN} | {name: step[name] for name in STEP}
    return {"business_id": entry.business_id, **named, "joined": step["of"], "revision": entry.revision}


def downgrade() -> None:
    connection = op.get_bind()
    for kept in connection.execute(sa.text(KEPT)).all():
        connection.execute(sa.text(ENTRY), _entry(kept._mapping))
    op.drop_table("demo_shop")


def _entry(kept: Any) -> dict[str, Any]:
    step = {"plan": {name: kept[name] for name in PLAN}} | {name: kept[name] for name in STEP}
    changes = json.dumps(step | {"of": kept["joined"]})
    same = {name: kept[name] for name in ("business_id", "revision")}
    return {"at": kept["updated_at"], "action": ACTION, "changes": changes, **same}
