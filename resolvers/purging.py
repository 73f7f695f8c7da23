"""The step PURGE of the nightly pass: what is past its days goes, in small batches that hold up nobody."""

from zoneinfo import ZoneInfo

from models.purging import PURGED
from resolvers.night_work import MOST_ROWS, Night
from rules.purging import keeping


async def purge(night: Night) -> bool:
    """Remove a batch of the first kind of rows that has any; whether there may be more."""
    business = night.business
    kept = keeping(night.now, ZoneInfo(business.timezone), business.keep_events_days, business.keep_audit_months)
    for kind in PURGED:
        before = kept.moments[kind.kept]
        if before is None:
            continue
        bound = {"business": business.id, "before": before, "size": MOST_ROWS}
        async with night.tidying() as connection:
            gone = (await connection.execute(kind.statement, bound)).rowcount
            if gone and kind.after is not None:
                await connection.execute(kind.after, {"business": business.id, "now": night.now})
            await night.did(connection, gone)
        if gone:
            return True
    return False
