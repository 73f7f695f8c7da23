"""Lets codes leave, in every server, for as long as it runs: within a second of their commit, and after the answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from models.outages import is_outage
from resolvers.code_sending import AT_ONCE, CodeOutcome, LeavingCode, due_codes, settle_code, take_code
from resolvers.operation.services import Services
from server.mail import MailServer
from server.meanwhile import meanwhile
from server.watching.metrics import count_code

log = structlog.get_logger()

LOOKS_EVERY_SECONDS = 0.5


@asynccontextmanager
async def sending_codes(
    services: Services, mail_server: MailServer | None, clock: Callable[[], datetime]
) -> AsyncGenerator[None]:
    """Let codes leave meanwhile. One that is being sent at the end is sent again by another process."""
    async with meanwhile(_send_codes_for_ever(services, mail_server, clock)):
        yield


async def _send_codes_for_ever(
    services: Services, mail_server: MailServer | None, clock: Callable[[], datetime]
) -> None:
    while True:
        try:
            sent = await send_due_codes(services, mail_server, clock)
        except Exception as error:  # noqa: BLE001  the next look may find the store there again
            log.warning("codes not looked for", error=type(error).__name__, outage=is_outage(error))
            sent = 0
        if sent < AT_ONCE:
            await asyncio.sleep(LOOKS_EVERY_SECONDS)


async def send_due_codes(services: Services, mail_server: MailServer | None, clock: Callable[[], datetime]) -> int:
    """Let the codes that are due leave, side by side; how many there were."""
    due = await due_codes(services, clock())
    await asyncio.gather(*(_send(services, mail_server, *one, clock) for one in due))
    return len(due)


async def _send(
    services: Services,
    mail_server: MailServer | None,
    ticket_id: int,
    business_id: int,
    clock: Callable[[], datetime],
) -> None:
    left = await take_code(services, ticket_id, business_id, clock)
    if isinstance(left, LeavingCode) and mail_server is not None:
        outcome = await mail_server.send(left.mail, clock())
        await settle_code(services, left, outcome, clock)
        count_code(outcome)
    elif isinstance(left, CodeOutcome):
        count_code(left)
