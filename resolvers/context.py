"""What one operation holds: its viewer, its clock, its snapshot of the store and its loaders."""

from dataclasses import dataclass, field
from datetime import datetime

from models.database import Database
from resolvers.viewer import Viewer


@dataclass(frozen=True)
class Services:
    """What lives as long as the process: the store and what is computed from it."""

    database: Database

    async def close(self) -> None:
        """Let go of every connection and copy."""
        await self.database.close()


@dataclass
class Context:
    """Made for one operation and closed after it."""

    services: Services
    viewer: Viewer
    now: datetime
    notes: list[str] = field(default_factory=list[str])

    async def close(self) -> None:
        """End the snapshot."""
