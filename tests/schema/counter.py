"""Where goods come back: a shop told sale by sale, asked for refunds, voids and assignments under keys of their own."""

from typing import Any

from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import Shop, open_shop
from tests.schema.conftest import Asker
from tests.schema.writing import refusals_of

LINES = "query ($id: ID!) { node(id: $id) { ... on Sale { items { id } } } }"
SALE = "sale { status refunded paid customer { number } items { refundedQuantity } }"
REFUND = f"""mutation ($input: RefundSaleInput!) {{ refundSale(input: $input) {{ {refusals_of("RefundResult")}
    ... on RefundPayload {{ replayed pointsChanged outstandingBalance {SALE}
        refund {{ id number amount tax settled paidOut method pointsRestored pointsTakenBack reason businessDate
            items {{ item {{ product }} quantity amount }} }} }} }} }}"""
CHANGED = f"{refusals_of('SaleResult')} ... on SalePayload {{ replayed pointsChanged outstandingBalance {SALE} }}"
VOID = f"""mutation ($sale: ID!, $reason: String!, $key: String!) {{
    voidSale(sale: $sale, reason: $reason, idempotencyKey: $key) {{ {CHANGED} }} }}"""
ASSIGN = f"""mutation ($sale: ID!, $customer: ID, $key: String!) {{
    assignSale(sale: $sale, customer: $customer, idempotencyKey: $key) {{ {CHANGED} }} }}"""


class Counter:
    """Asks a shop for changes of its sales."""

    def __init__(self, ask: Asker, shop: Shop) -> None:
        self.ask = ask
        self.shop = shop
        self._keys = 0

    def being(self, role: Role) -> "Counter":
        """The same as somebody else."""
        other = Counter(self.ask.being(role, subject=role.value.lower()), self.shop)
        other._keys = 1_000 + self._keys
        return other

    def sale(self, number: str) -> str:
        """The public id of a sale."""
        return global_id("Sale", self.shop.id_of_sale(number))

    def customer(self, number: str | None) -> str | None:
        """The public id of a customer."""
        return None if number is None else global_id("Customer", self.shop.id_of(number))

    def key(self) -> str:
        """A key that was not used before."""
        self._keys += 1
        return f"key-{self._keys}"

    async def lines(self, sale: str) -> list[str]:
        """The public ids of the lines of a sale."""
        return [line["id"] for line in (await self.ask(LINES, id=self.sale(sale)))["node"]["items"]]

    async def refund(self, of: str, /, *items: tuple[int, str], **given: Any) -> Any:
        """Give back so many of the lines at these places, or as `given`."""
        asked = {"idempotencyKey": self.key(), "sale": self.sale(of), **given}
        if items:
            lines = await self.lines(of)
            asked["items"] = [{"item": lines[place], "quantity": quantity} for place, quantity in items]
        return (await self.ask(REFUND, input=asked))["refundSale"]

    async def void(self, sale: str, reason: str = "rung up twice", key: str | None = None) -> Any:
        """Void a sale."""
        return (await self.ask(VOID, sale=self.sale(sale), reason=reason, key=key or self.key()))["voidSale"]

    async def assign(self, sale: str, customer: str | None, key: str | None = None) -> Any:
        """Give a sale to a customer, or to nobody."""
        named = {"sale": self.sale(sale), "customer": self.customer(customer)}
        return (await self.ask(ASSIGN, **named, key=key or self.key()))["assignSale"]


async def open_counter(services: Services, role: Role = Role.STAFF) -> Counter:
    """The counter of a new shop, of which nothing is told yet."""
    shop = await open_shop(services.database)
    return Counter(Asker(services, Viewer(role.value.lower(), role, shop.id)), shop)
