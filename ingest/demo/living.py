"""What staff of the demo shop did by hand, once, by the operations of the API: so that every page shows something.

Consents withdrawn and given again, preferences, tags, customers who are there twice, a pair that was merged, somebody
who was erased, a sale with discounts of which a line came back, and one that was anonymous until it was assigned.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Select, select

from ingest.demo.catalogue import STOREFRONTS
from ingest.demo.writing import sales_numbered
from models.customers import CustomerType, customer, listed
from models.database import Database, scoped
from models.naming import statement
from models.refunding import lines_sold
from models.storefronts import storefronts_of_business
from resolvers.assigning import AssignSale, assign_sale
from resolvers.bulk import TagsChange, set_customers_tags
from resolvers.consents import SetConsents, set_consents
from resolvers.duplicate_search import search_duplicates
from resolvers.editing import CreateCustomer, create_customer
from resolvers.erasure import EraseCustomer, erase_customer
from resolvers.merging import MergeCustomers, merge_customers
from resolvers.operation.actor import Actor
from resolvers.operation.refusing import checked_input
from resolvers.operation.writing import A, D, Operation, Write, writing
from resolvers.preferences import SetPreferences, set_preferences
from resolvers.recording import RecordSale, record_sale
from resolvers.refunding import RefundSale, refund_sale
from rules.consents import ConsentChannel, ConsentGiven, ConsentSource
from rules.preferences import PreferenceSaid, PreferenceType
from rules.recording import PaymentSaid, SaleLine
from rules.refunding import RefundItemSaid
from rules.selling import PaymentMethod

FIRST_SALE, ANONYMOUS_SALE = "COUNTER-1", "COUNTER-2"  # a number stays for ever: by the first it is known what was done
REGULARS = 8  # to whom something is done
BY_PHONE, AT_THE_COUNTER = "told on the phone", "told at the counter"
LIKED = (
    PreferenceSaid(PreferenceType.SHOPPING, "brands", ("Maison Aubry", "Le Creuset")),
    PreferenceSaid(PreferenceType.SHOPPING, "sizes", ("M",)),
    PreferenceSaid(PreferenceType.COMMUNICATION, "language", ("French",)),
    PreferenceSaid(PreferenceType.DELIVERY, "time", ("evening",)),
    PreferenceSaid(PreferenceType.MARKETING, "topics", ("wine tastings", "recipes")),
)


@statement
def regulars() -> Select[Any]:
    """The first :size customers of :business with an e-mail, a phone and a birth date, who may be written to."""
    c = customer.c
    known = (c.email.is_not(None), c.phone.is_not(None), c.birth_date.is_not(None), c.first_name.is_not(None))
    who = (c.is_active, c.consent_email, c.type == CustomerType.RETAIL)
    return select(customer).where(scoped(customer), *listed(), *known, *who).order_by(c.id).limit(REGULARS)


async def live_in(database: Database, business_id: int, *, now: datetime, actor: Actor) -> bool:
    """Do it where it was not done before, in one transaction, and look for duplicates; whether it was done now.

    A shop of so few customers that there are not enough to do it to is left as it is.
    """
    async with writing(database, business_id, actor=actor, clock=lambda: now) as write:
        people = await write.rows(regulars())
        if len(people) < REGULARS or await write.rows(sales_numbered(), numbers=[FIRST_SALE]):
            return False
        counter = Counter(write, people)
        await counter.say_consents()
        await counter.note_what_is_liked()
        await counter.make_twice()
        await counter.erase_somebody()
        await counter.sell()
    await search_duplicates(database, business_id, partial(_opened, database, business_id, now, actor))
    return True


@asynccontextmanager
async def _opened(
    database: Database, business_id: int, now: datetime, actor: Actor
) -> AsyncGenerator[tuple[Write, None]]:
    async with writing(database, business_id, actor=actor, clock=lambda: now) as write:
        yield write, None


@dataclass(frozen=True)
class Counter:
    """Where staff write down what customers tell them; `people` are those."""

    write: Write
    people: Sequence[Any]

    async def _do(self, operation: Operation[A, D], asked: A) -> D:
        return await self.write.once(operation, checked_input(asked))

    async def say_consents(self) -> None:
        """Some take back what they agreed to, one of them agrees again, others agree to more."""
        first, second, third, *_, last = self.people
        for person, days in ((first, 200), (second, 90), (third, 20)):
            await self._say(person, ConsentChannel.EMAIL, days, BY_PHONE, given=False)
        await self._say(second, ConsentChannel.EMAIL, 10, AT_THE_COUNTER, given=True)
        for person in (second, last):
            await self._say(person, ConsentChannel.SMS, 10, AT_THE_COUNTER, given=True)
        await self._say(last, ConsentChannel.PUSH, 5, AT_THE_COUNTER, given=True)

    async def _say(self, person: Any, channel: ConsentChannel, days: int, wording: str, *, given: bool) -> None:
        at = self.write.now - timedelta(days=days)
        said = ConsentGiven(channel, given, at, ConsentSource.STAFF, wording)
        await self._do(set_consents, SetConsents(person.id, (said,)))

    async def note_what_is_liked(self) -> None:
        """What some prefer, and who comes to tastings."""
        for place, person in enumerate(self.people[:5]):
            liked = (LIKED[place], LIKED[(place + 2) % len(LIKED)])
            await self._do(set_preferences, SetPreferences(person.id, liked))
        guests = tuple(person.id for person in self.people[2:7])
        await self._do(set_customers_tags, TagsChange(ids=guests, add=("tastings",)))

    async def make_twice(self) -> None:
        """Three are there twice, since a card was made at the counter; one of those was noticed and merged."""
        for person in self.people[3:5]:
            await self._twin(person)
        kept = self.people[5]
        twin = await self._twin(kept)
        await self._do(merge_customers, MergeCustomers(kept.id, twin, (), None, None, is_applied=True))

    async def _twin(self, person: Any) -> int:
        given = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "birth_date": person.birth_date,
            "notes": "New card made at the counter.",
        }
        return (await self._do(create_customer, CreateCustomer(given))).customer_id

    async def erase_somebody(self) -> None:
        """Somebody registered, and wished to be forgotten."""
        given = {"first_name": "Camille", "last_name": "Durand", "email": "camille.durand.once@example.com"}
        made = await self._do(create_customer, CreateCustomer(given))
        await self._do(erase_customer, EraseCustomer(made.customer_id))

    async def sell(self) -> None:
        """A sale with discounts, of which a line came back, and one whose customer was found afterwards."""
        stores = {row.name: row.id for row in await self.write.rows(storefronts_of_business())}
        store = stores[STOREFRONTS[0][0]]
        first = RecordSale(
            items=(
                SaleLine(
                    "Wine glass set of 6",
                    Decimal(1),
                    Decimal("38.90"),
                    category="Tableware",
                    unit_cost=Decimal("17.50"),
                ),
                SaleLine("Carafe", Decimal(2), Decimal("24.90"), category="Tableware", discount=Decimal("5.00")),
                SaleLine("Sancerre", Decimal(3), Decimal("21.90"), category="Wine", unit_cost=Decimal("12.05")),
            ),
            number=FIRST_SALE,
            customer_id=self.people[6].id,
            storefront_id=store,
            discount=Decimal("7.70"),
            payments=(PaymentSaid(PaymentMethod.CARD, Decimal("141.70")),),
            note="Gift wrapped.",
        )
        sold = await self._do(record_sale, first)
        lines = await self.write.rows(lines_sold(), ids=[sold.sale_id])
        came_back = (RefundItemSaid(lines[1].id, Decimal(1)),)
        await self._do(
            refund_sale, RefundSale(sold.sale_id, came_back, number=f"{FIRST_SALE}-R", reason="One was chipped.")
        )
        second = RecordSale(
            items=(SaleLine("Pralines box of 16", Decimal(2), Decimal("18.90"), category="Chocolate & Sweets"),),
            number=ANONYMOUS_SALE,
            storefront_id=store,
            payments=(PaymentSaid(PaymentMethod.CASH, Decimal("37.80")),),
        )
        anonymous = await self._do(record_sale, second)
        await self._do(assign_sale, AssignSale(anonymous.sale_id, self.people[7].id))
