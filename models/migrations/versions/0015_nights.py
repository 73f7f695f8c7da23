"""Nightly passes: how far each business is, one job for each of its days, and what finds the keys that are past theirs.

What is there when this comes has its first pass in the next night, and none for the days before.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

EPOCH = datetime(1970, 1, 1)
NIGHTLY_HOUR = 3
NIGHTLY = sa.text("kind = 'MAINTENANCE'")
OF_TIME = sa.text("kind IN ('customer', 'touchpoint')")


def upgrade() -> None:
    op.add_column("business", sa.Column("nightly_day", sa.Integer()))
    op.create_index(
        "job_of_night",
        "job",
        ["business_id", "business_day"],
        unique=True,
        sqlite_where=NIGHTLY,
        postgresql_where=NIGHTLY,
    )
    op.create_index(
        "used_key_by_time", "used_key", ["business_id", "used_at"], sqlite_where=OF_TIME, postgresql_where=OF_TIME
    )
    connection, now = op.get_bind(), datetime.now(UTC)
    for id_, timezone in connection.execute(sa.text("SELECT id, timezone FROM business")).all():
        values = {"id": id_, "day": _day_before(now, ZoneInfo(timezone))}
        connection.execute(sa.text("UPDATE business SET nightly_day = :day WHERE id = :id"), values)


def _day_before(now: datetime, zone: ZoneInfo) -> int:
    return (now.astimezone(zone).replace(tzinfo=None) - timedelta(hours=NIGHTLY_HOUR) - EPOCH).days


def downgrade() -> None:
    op.drop_index("used_key_by_time", "used_key")
    op.drop_index("job_of_night", "job")
    op.execute("ALTER TABLE business DROP COLUMN nightly_day")
