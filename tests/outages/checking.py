"""What must hold after an outage."""

from models.database import Database
from models.statistics import refresh_statistics
from resolvers.businesses import businesses
from resolvers.operation.services import Services
from resolvers.verification import Finding, verify
from tests.builders import NOW

REPORT = "{ viewer { business { dataRevision } } segmentation(days: null) { totalCustomers totalRevenue } }"


async def broken(store: str) -> list[Finding]:
    """What `verify` finds wrong with any business of a store."""
    services = Services(Database(store))
    try:
        await refresh_statistics(
            services.database
        )  # PostgreSQL itself may not have looked yet at what was just written
        rows = await businesses(services.database)
        return [finding for row in rows async for finding in verify(services, row.id, NOW) if finding.wrong]
    finally:
        await services.close()


async def revision_of(store: str, name: str) -> int:
    """The revision of a business."""
    database = Database(store)
    try:
        return next(row.revision for row in await businesses(database) if row.name == name)
    finally:
        await database.close()
