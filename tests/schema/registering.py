"""Registering and confirming as tests do it, with the codes that would have been sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models.businesses import Business
from models.codes import ContactKind, ticket
from models.database import table
from resolvers.codes import CodeCaller
from resolvers.confirming import ConfirmContact, confirm_contact
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.registration import RegisterCustomer, register_customer
from tests.builders import NOW, Shop
from tests.schema.conftest import Asker
from tests.schema.writing import refusals_of

SENT = "... on CodeSent { message ticket }"
REGISTER = f"""mutation ($input: RegisterCustomerInput!) {{ registerCustomer(input: $input) {{
    {refusals_of("RegisterResult")} {SENT} }} }}"""
RESEND = f"""mutation ($ticket: String!) {{ resendConfirmation(ticket: $ticket) {{
    {refusals_of("RegisterResult")} {SENT} }} }}"""
CONFIRM = f"""mutation ($ticket: String!, $code: String!) {{ confirmContact(ticket: $ticket, code: $code) {{
    {refusals_of("ConfirmResult")} ... on ContactConfirmed {{ message next {{ message ticket }} }} }} }}"""
EVERY_WAY = frozenset(ContactKind)


async def open_registration(shop: Shop, **settings: Any) -> None:
    """Let customers of a shop register themselves."""
    business = table(Business)
    async with shop.database.transaction() as connection:
        mine = update(business).where(business.c.id == shop.id)
        await connection.execute(mine.values(self_registration=True, **settings))


async def set_business(shop: Shop, **values: Any) -> None:
    """Bring columns of the business to these values."""
    business = table(Business)
    async with shop.database.transaction() as connection:
        await connection.execute(update(business).where(business.c.id == shop.id).values(values))


def later(ask: Asker, **by: Any) -> Asker:
    """The same after some time, told from the moment of the tests."""
    return replace(ask, now=NOW + timedelta(**by))


def given(shop: Shop, **more: Any) -> dict[str, Any]:
    """A registration of somebody new."""
    return {"business": global_id("Business", shop.id), "firstName": "Nora", "email": "nora@example.com", **more}


async def register(ask: Asker, shop: Shop, **more: Any) -> Any:
    """What registering answers."""
    return (await ask(REGISTER, input=given(shop, **more)))["registerCustomer"]


async def confirm(ask: Asker, ticket_: str, code: str) -> Any:
    """What confirming answers."""
    return (await ask(CONFIRM, ticket=ticket_, code=code))["confirmContact"]


async def tickets(shop: Shop) -> list[Any]:
    """The tickets of a shop, in their order."""
    async with shop.database.reading(shop.id) as connection:
        mine = select(ticket).where(ticket.c.business_id == shop.id).order_by(ticket.c.id)
        return list((await connection.execute(mine)).all())


async def last_code(shop: Shop) -> str:
    """The code that was given out last, which has not left."""
    return (await tickets(shop))[-1].unsent


class PhoneCodes:
    """The operations where codes reach phones too, as where a system of the shop's takes them."""

    def __init__(self, ask: Asker, shop: Shop) -> None:
        self._ask, self._shop = ask, shop
        self._caller = CodeCaller(ask.address, EVERY_WAY)

    async def register(self, **given_: Any) -> Any:
        """Register, with the columns of a customer and `consents`."""
        consents = given_.pop("consents", ())
        asked = RegisterCustomer({"first_name": "Nora", **given_}, self._caller, consents)
        return await self._write(register_customer, asked)

    async def confirm(self, ticket_: str, code: str | None = None) -> Any:
        """Confirm with the last code, or another one."""
        asked = ConfirmContact(ticket_, code or await last_code(self._shop), self._caller)
        return await self._write(confirm_contact, asked)

    async def _write(self, operation: Any, asked: Any) -> Any:
        context = Context(self._ask.services, self._ask.viewer, self._ask.now)
        try:
            return await context.write_publicly(self._shop.id, operation, asked)
        finally:
            await context.close()
