"""What lives as long as the process: the store, its columnar copies, and what is computed from them."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from analytics.copy.copy import Copies, CopyLimits
from analytics.prediction.fits import Fits
from models.database import Database
from resolvers.operation.changes import Changes, Revisions
from resolvers.operation.computed import ReportCache
from resolvers.operation.reader import SLOW_SECONDS, Statements
from resolvers.operation.sealing import Sealing
from resolvers.operation.sending import Courier, NoCourier
from resolvers.operation.signing import Signing
from rules.nights import NIGHTLY_HOUR


@dataclass(frozen=True)
class ReportLimits:
    """How many bytes computed reports may hold, how long they are kept, and how old ones of earlier facts may be."""

    max_bytes: int = 512 * 1024**2
    ttl_seconds: float = 600
    max_age_seconds: float = 0


class Services:
    """What lives as long as the process: the store, its columnar copies, and the reports computed from them."""

    def __init__(  # noqa: PLR0913  what a process has
        self,
        database: Database,
        reports: ReportLimits | None = None,
        *,
        signing: Signing | None = None,
        sealing: Sealing | None = None,
        courier: Courier | None = None,
        slow_seconds: float = SLOW_SECONDS,
        sends_mail: bool = False,
        nightly_hour: int = NIGHTLY_HOUR,
    ) -> None:
        limits = reports or ReportLimits()
        self.database = database
        self.nightly_hour = nightly_hour
        self.statements = Statements(database, slow_seconds)
        self.copies = Copies(database, CopyLimits(slow_seconds=slow_seconds))
        self.reports = ReportCache(limits.max_bytes, limits.ttl_seconds, limits.max_age_seconds)
        self.fits = Fits()
        self.sends_mail = sends_mail  # codes to customers, to their e-mail
        self.signing = signing or Signing.of_this_process()
        self.sealing = sealing or Sealing.of_this_process()
        self.courier = courier or NoCourier()
        self.revisions = Revisions(database, self.statements)
        self.changes = Changes(self.revisions)
        self.write_turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def forget(self, business_id: int) -> None:
        """Let go of what is kept of a business: somebody was erased."""
        await self.copies.forget(business_id)
        self.reports.forget()

    async def close(self) -> None:
        """End what is being computed, and let go of every connection and copy."""
        await self.reports.close()
        await self.fits.close()
        await self.revisions.close()
        self.copies.close()
        await self.database.close()
