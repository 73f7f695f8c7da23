"""A process that sells and refunds until it is told to stop, and prints what each revision changed.

    python writer.py STORE BUSINESS NAME

Each line is `revision customer sum`, printed after the commit; the sum is in minor units. Its customers are its own.
"""

import asyncio
import random
import signal
import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from models.database import Database
from resolvers.operation.ids import use_ids_of
from tests.builders import Shop, open_shop

CUSTOMERS = 5
PAUSE_SECONDS = 0.05


async def sell(shop: Shop, name: str, chance: random.Random, number: int) -> tuple[str, int]:
    """Tell something new of a customer: who, and by how much its revenue changes."""
    customer, amount = f"{name}{chance.randrange(CUSTOMERS)}", chance.randrange(1, 10_000)
    shown = f"{amount / 100:.2f}"
    day = f"2024-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    kind = chance.random()
    if kind < 0.2:
        shop.customer(customer, notes=f"note {number}")
        return customer, 0
    if kind < 0.4 and number > CUSTOMERS:
        shop.refund(customer, day, shown, number=f"{name}R{number}")
        return customer, -amount
    shop.sale(customer, day, shown, number=f"{name}S{number}")
    return customer, amount


async def main(store: str, business: str, name: str) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    database, chance = Database(store), random.Random(name)
    await use_ids_of(database)
    shop = await open_shop(database, business)
    for number in range(CUSTOMERS):
        shop.sale(f"{name}{number}", "2024-01-01", "1.00", number=f"{name}first{number}")
        print(await shop.save(), f"{name}{number}", 100, flush=True)
    for number in count(1):
        if stopping.is_set():
            break
        customer, amount = await sell(shop, name, chance, number)
        print(await shop.save(), customer, amount, flush=True)
        await asyncio.sleep(chance.random() * PAUSE_SECONDS)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
