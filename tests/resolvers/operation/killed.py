"""An operation whose process is killed: `… -m tests.resolvers.operation.killed URL BUSINESS before|after`.

It dies before its transaction is committed, or after it and before anybody is answered.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from models.database import Database
from resolvers.operation import context
from resolvers.operation.actor import UsedFor
from resolvers.operation.context import Context
from resolvers.operation.ids import use_ids_of
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write, writing
from tests.builders import NOW
from tests.resolvers.operation.storefronts import OpenStorefront, StorefrontOpened, open_storefront


def die(*_anything: object) -> None:
    """End at once, as if the power were cut."""
    os.kill(os.getpid(), signal.SIGKILL)


async def open_and_die(write: Write, asked: OpenStorefront) -> StorefrontOpened:
    """The operation, and the end of it before its commit."""
    done = await open_storefront(write, asked)
    die()
    return done


@asynccontextmanager
async def writing_and_dying(*arguments: Any, **options: Any) -> AsyncGenerator[Write]:
    """A write, and the end right after its commit."""
    async with writing(*arguments, **options) as write:
        yield write
    die()


async def main(url: str, business: str, when: str) -> None:
    services = Services(Database(url))
    await use_ids_of(services.database)
    made = Context(services, Viewer("ann", Role.MANAGER, int(business)), NOW)
    operation = open_storefront
    if when == "before":
        operation = open_and_die
        operation.__name__ = open_storefront.__name__
    else:
        context.writing = writing_and_dying
    await made.write(operation, OpenStorefront("Harbour"), UsedFor("k1", "touchpoint"))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
