"""How long the resolvers of a segmentation and of a page's scores take when the population is kept.

python bench/rfm_cached.py [STORE] [BUSINESS]
"""

import asyncio
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

import structlog

from analytics.segmentation import RFMScheme, SegmentationMethod
from models.database import Database
from resolvers.businesses import businesses
from resolvers.operation.context import Context
from resolvers.operation.ids import use_ids_of
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.segmentation.report import SegmentationQuestion, segmentation
from resolvers.segmentation.rfm import rfm_by_customer

ROUNDS = 200


async def main(url: str, name: str | None) -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    services = Services(Database(url))
    await use_ids_of(services.database)
    business = next(row for row in await businesses(services.database) if name in (None, row.name))
    viewer = Viewer("bench", Role.ADMIN, business.id, None, True)
    question = SegmentationQuestion(SegmentationMethod.RFM, RFMScheme.POS, 90, None, None, False, None, None, None)
    whole: list[float] = []
    page: list[float] = []
    for _ in range(ROUNDS):
        context = Context(services, viewer, datetime.now(UTC))
        as_of, _ = (await context.business()).as_of(None)
        started = perf_counter()
        found = await segmentation(context, question)
        assert found.segments
        whole.append(perf_counter() - started)
        started = perf_counter()
        await rfm_by_customer(context, range(1, 51), (RFMScheme.POS, 90, as_of, False))
        page.append(perf_counter() - started)
        await context.close()
    for what, seconds in (("segmentation with its segments", whole), ("scores of 50 customers", page)):
        print(f"{what}, kept: {median(seconds[1:]) * 1000:.3f} ms (first {seconds[0] * 1000:.1f} ms)")
    await services.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(given[0] if given else "sqlite:///var/customer-api.db", given[1] if len(given) > 1 else None))
