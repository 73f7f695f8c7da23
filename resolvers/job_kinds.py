"""What each kind of job does: a kind that is made later has its line here."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from models.jobs import JobKind
from resolvers.duplicate_search import do_search
from resolvers.held_jobs import HeldJob
from resolvers.large_writes import do_large_write
from resolvers.nights import do_night
from resolvers.operation.services import Services
from resolvers.person_export import do_person_export
from resolvers.replaying_events import do_replay

Batch = Callable[[Services, HeldJob, Callable[[], datetime]], Awaitable[bool]]

# The next batch of a job of each kind; whether there may be another.
BATCHES: Mapping[JobKind, Batch] = {
    JobKind.BULK: do_large_write,
    JobKind.DUPLICATES: do_search,
    JobKind.MAINTENANCE: do_night,
    JobKind.PERSON_EXPORT: do_person_export,
    JobKind.REPLAY: do_replay,
}


async def do_batch(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> bool:
    """Do the next batch of a job; whether there may be another."""
    return await BATCHES[held.kind](services, held, clock)
