"""Sales as tills tell them: the documents, and what they answer."""

from itertools import count
from typing import Any

from resolvers.operation.viewer import Role
from tests.schema.conftest import Asker
from tests.schema.writing import refusals_of

OF_SALE = """number status total subtotal discount tax profit paid refunded channel campaign businessDate pointsEarned
    items { product sku brand category quantity unitPrice total discount profit isProduct earnsPoints refundedQuantity }
    payments { method amount reference paidAt } statusHistory { status businessDate actor }
    customer { number outstandingBalance } storefront { name }"""
RECORD = f"""mutation ($input: RecordSaleInput!) {{ recordSale(input: $input) {{ {refusals_of("RecordSaleResult")}
    ... on SalePayload {{ replayed pointsChanged outstandingBalance sale {{ id {OF_SALE} }} }} }} }}"""
RECORD_SEVERAL = f"""mutation ($inputs: [RecordSaleInput!]!) {{ recordSales(inputs: $inputs) {{
    {refusals_of("RecordSaleResult")} ... on SalePayload {{ replayed sale {{ id number }} }} }} }}"""
PAY = f"""mutation ($input: RecordPaymentInput!) {{ recordPayment(input: $input) {{ {refusals_of("PaymentResult")}
    ... on PaymentPayload {{ replayed pointsChanged outstandingBalance payment {{ id method amount reference paidAt }}
    sale {{ {OF_SALE} }} customer {{ number }} }} }} }}"""
SET_STATUS = f"""mutation ($sale: ID!, $status: SaleStatus!, $key: String) {{
    updateSaleStatus(sale: $sale, status: $status, idempotencyKey: $key) {{ {refusals_of("SaleResult")}
    ... on SalePayload {{ replayed sale {{ {OF_SALE} }} }} }} }}"""

_keys = count(1)


def new_key() -> str:
    """A key that nobody used."""
    return f"key-{next(_keys)}"


def line(price: str, quantity: str = "1", **more: Any) -> dict[str, Any]:
    """A line of a sale."""
    return {"product": "Tea", "quantity": quantity, "unitPrice": price, **more}


def cash(amount: str, method: str = "CASH") -> dict[str, str]:
    """A payment that comes with a sale."""
    return {"method": method, "amount": amount}


def a_sale(total: str = "10.00", **more: Any) -> dict[str, Any]:
    """A sale of one line, paid in cash unless said otherwise."""
    return {"idempotencyKey": new_key(), "items": [line(total)], "payments": [cash(total)], **more}


async def record(ask: Asker, **given: Any) -> Any:
    """Record a sale; what was answered."""
    return (await ask(RECORD, input={"idempotencyKey": new_key(), **given}))["recordSale"]


async def pay(ask: Asker, amount: str, **given: Any) -> Any:
    """Record a payment; what was answered."""
    said = {"idempotencyKey": new_key(), "method": "CASH", "amount": amount, **given}
    return (await ask(PAY, input=said))["recordPayment"]


async def set_status(ask: Asker, sale: str, status: str, key: str | None = None) -> Any:
    """Bring a sale to a status; what was answered."""
    return (await ask(SET_STATUS, sale=sale, status=status, key=key))["updateSaleStatus"]


async def a_customer(ask: Asker, **given: Any) -> str:
    """A new customer, made by a manager."""
    made = """mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) {
        ... on CustomerPayload { customer { id } } } }"""
    said = {"idempotencyKey": new_key(), "lastName": "Till", **given}
    return (await ask.being(Role.MANAGER)(made, input=said))["createCustomer"]["customer"]["id"]
