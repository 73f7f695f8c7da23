"""Lets codes leave, in every server, for as long as it runs: within a second of their commit, and after the answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from resolvers.code_sending import AT_ONCE, CodeOutcome, LeavingCode, due_codes, settle_code, take_code
from resolvers.operation.services import Services
from server.mail import MailServer
from server.meanwhile import look_for_ever, meanwhile
from server.watching.metrics import count_code

LOOKS_EVERY_SECONDS = 0.5


@asynccontextmanager
async def sending_codes(
    services: Services, mail_server: MailServer | None, clock: Callable[[], datetime]
) -> AsyncGenerator[None]:
    """Let codes leave meanwhile. One that is being sent at the end is sent again by another process."""

    async def look() -> bool:
        return await send_due_codes(services, mail_server, clock) >= AT_ONCE

    async with meanwhile(look_for_ever("codes", look, every=LOOKS_EVERY_SECONDS)):
        yield


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
