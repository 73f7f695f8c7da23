"""Codes that leave by mail, to a real mail server: after the answer, once, as long as they hold, and for whom."""

from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from models.codes import ticket
from models.database import Database
from resolvers.code_sending import CodeOutcome, LeavingCode, due_codes, settle_code, take_code
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, visitor
from schema.schema import schema
from server.app import create_app
from server.code_loop import send_due_codes
from server.mail import MailServer
from server.settings import Settings
from tests.builders import NOW, Shop, open_shop
from tests.mailbox import Mailbox, mailbox_open
from tests.schema.conftest import Asker
from tests.schema.registering import confirm, last_code, open_registration, register, tickets
from tests.server.conftest import SECRET, token_of
from tests.servers import free_port
from tests.waiting import until

SENDER = "codes@shop.example"


@pytest.fixture
def mailbox() -> Generator[Mailbox]:
    """A mail server."""
    with mailbox_open() as made:
        yield made


@pytest.fixture
async def mailing(store_url: str) -> AsyncGenerator[Services]:
    """A process that mails codes, on each of the two stores."""
    made = Services(Database(store_url), sends_mail=True)
    yield made
    await made.close()


@pytest.fixture
async def corner(mailing: Services) -> Shop:
    """A shop where customers may register themselves."""
    shop = await open_shop(mailing.database, "Nuts & Bolts")
    shop.customer("IDLE", email="idle@example.com", is_active=False)
    await shop.save()
    await open_registration(shop)
    async with mailing.database.transaction() as connection:  # other tests' codes stay where they are
        await connection.execute(update(ticket).values(unsent=None, send_at=None))
    return shop


@pytest.fixture
def asking(mailing: Services, corner: Shop) -> Asker:
    """Asks without a token."""
    return Asker(mailing, visitor("203.0.113.1"))


class Sending:
    """Lets the codes of a shop leave, by a clock that is moved."""

    def __init__(self, services: Services, port: int) -> None:
        self._services = services
        self._server = MailServer(f"smtp://127.0.0.1:{port}", SENDER)
        self.now = NOW

    async def __call__(self, **after: Any) -> None:
        self.now += timedelta(**after)
        await send_due_codes(self._services, self._server, lambda: self.now)


@pytest.fixture
def send(mailing: Services, mailbox: Mailbox) -> Sending:
    return Sending(mailing, mailbox.port)


async def test_a_code_is_mailed_once_and_then_nowhere(
    asking: Asker, corner: Shop, send: Sending, mailbox: Mailbox
) -> None:
    done = await register(asking, corner, email="Nora@example.com")
    code = await last_code(corner)
    with capture_logs() as logs:
        await send()
        await send(minutes=2)
    assert mailbox.codes == [("nora@example.com", code)]
    (mail,) = mailbox.mails
    assert (mail["From"], mail["Subject"]) == (f"Nuts & Bolts <{SENDER}>", "Your code for Nuts & Bolts")
    assert "It holds until 12:30." in mail.get_body(("plain",)).get_content()
    (ticket,) = await tickets(corner)
    assert (ticket.unsent, ticket.send_at) == (None, None)
    assert code not in str(logs)
    assert (await confirm(asking, done["ticket"], code))["__typename"] == "ContactConfirmed"


@pytest.mark.parametrize("answer", ["451 later", "452 full"])
async def test_what_cannot_be_taken_now_is_tried_again(
    asking: Asker, corner: Shop, send: Sending, mailbox: Mailbox, answer: str
) -> None:
    await register(asking, corner)
    mailbox.answers = [answer, answer]
    await send()
    await send(seconds=4)  # a pause of 5 seconds, then of 15
    assert mailbox.answers == [answer]
    await send(seconds=1)
    await send(seconds=14)
    assert mailbox.mails == []
    await send(seconds=1)
    assert len(mailbox.mails) == 1


async def test_a_server_that_does_not_answer_is_tried_until_the_code_is_over(
    asking: Asker, corner: Shop, mailing: Services
) -> None:
    await register(asking, corner)
    send = Sending(mailing, free_port())
    with capture_logs() as logs:
        for _ in range(9):
            await send(minutes=5)
    tries = [line["outcome"] for line in logs if line["event"] == "code not mailed"]
    assert tries == ["later"] * 5  # after 5, 10, 15, 20 and 25 minutes; at 30 it is over
    (ticket,) = await tickets(corner)
    assert (ticket.unsent, ticket.send_at, ticket.sends) == (None, None, 5)


async def test_a_contact_that_is_refused_for_good_is_not_tried_again(
    asking: Asker, corner: Shop, send: Sending, mailbox: Mailbox
) -> None:
    await register(asking, corner)
    mailbox.answers = ["550 nobody here"]
    await send()
    (ticket,) = await tickets(corner)
    assert (ticket.unsent, ticket.send_at, mailbox.mails) == (None, None, [])


async def test_who_ended_in_the_middle_of_sending_loses_no_code(
    asking: Asker, corner: Shop, send: Sending, mailbox: Mailbox, mailing: Services
) -> None:
    await register(asking, corner)
    ((ticket_id, business_id),) = await due_codes(mailing, NOW)
    taken = await take_code(mailing, ticket_id, business_id, lambda: NOW)
    assert isinstance(taken, LeavingCode)
    assert await take_code(mailing, ticket_id, business_id, lambda: NOW) is None  # somebody has it
    await send(seconds=59)
    assert mailbox.mails == []
    mailbox.answers = ["451 later"]
    await send(seconds=1)
    late = replace(taken, sends=9)
    await settle_code(mailing, late, CodeOutcome.SENT, lambda: NOW)  # it wakes up, and has nothing to say any more
    await send(seconds=15)
    assert len(mailbox.mails) == 1


async def test_past_the_days_codes_nothing_is_sent_in_the_same_words(
    asking: Asker, corner: Shop, send: Sending, mailbox: Mailbox
) -> None:
    await open_registration(corner, codes_per_day=2)
    answers = [await register(asking, corner, email=f"n{place}@example.com") for place in range(3)]
    assert len({answer["message"] for answer in answers}) == 1
    await send()
    assert sorted(to for to, _ in mailbox.codes) == ["n0@example.com", "n1@example.com"]
    settings = "{ businessSettings { codesSentToday codesPerDay } }"
    manager = asking.being(Role.MANAGER, business_id=corner.id)
    assert (await manager(settings))["businessSettings"] == {"codesSentToday": 2, "codesPerDay": 2}
    tomorrow = replace(asking, now=NOW + timedelta(days=1))
    await register(tomorrow, corner, email="n4@example.com")
    await send(days=1)
    assert mailbox.codes[-1][0] == "n4@example.com"
    assert (await replace(manager, now=tomorrow.now)(settings))["businessSettings"]["codesSentToday"] == 1


async def test_nobody_inactive_is_written_to(asking: Asker, corner: Shop, send: Sending, mailbox: Mailbox) -> None:
    await register(asking, corner, email="idle@example.com")
    await send()
    (ticket,) = await tickets(corner)
    assert (ticket.unsent, mailbox.mails) == (None, [])


async def test_the_whole_way_of_a_registration(sqlite_url: str, sqlite_database: Database, mailbox: Mailbox) -> None:
    shop = await open_shop(sqlite_database, "Nuts & Bolts")
    settings = Settings(
        database_url=sqlite_url,
        secret_key=SECRET,  # pyright: ignore[reportArgumentType]
        smtp_url=f"smtp://127.0.0.1:{mailbox.port}",  # pyright: ignore[reportArgumentType]
        codes_from=SENDER,
    )
    admin = {"Authorization": f"Bearer {token_of(settings, shop, role=Role.ADMIN)}"}
    with TestClient(create_app(settings, schema), base_url="http://127.0.0.1:8000") as client:

        def asked(query: str, headers: dict[str, str] | None = None, **variables: Any) -> Any:
            answer = client.post("/graphql", json={"query": query, "variables": variables}, headers=headers or {})
            assert "errors" not in answer.json(), answer.text
            return answer.json()["data"]

        switched = "mutation { updateBusinessSettings(input: {version: 1, selfRegistration: true}) { __typename } }"
        assert asked(switched, admin) == {"updateBusinessSettings": {"__typename": "BusinessSettingsPayload"}}
        register_ = """mutation ($id: ID!) { registerCustomer(input: {business: $id, firstName: "Nora",
            email: "nora@example.com"}) { ... on CodeSent { ticket } } }"""
        ticket = asked(register_, id=global_id("Business", shop.id))["registerCustomer"]["ticket"]
        await until(lambda: len(mailbox.mails) == 1)
        confirm_ = """mutation ($ticket: String!, $code: String!) { confirmContact(ticket: $ticket, code: $code) {
            ... on ContactConfirmed { message } } }"""
        ((to, code),) = mailbox.codes
        assert to == "nora@example.com"
        done = asked(confirm_, ticket=ticket, code=code)
        assert done == {"confirmContact": {"message": "The contact is confirmed."}}
        found = asked('{ customer(by: {email: "nora@example.com"}) { firstName isEmailVerified } }', admin)
        assert found == {"customer": {"firstName": "Nora", "isEmailVerified": True}}
        sent = asked("{ businessSettings { codesSentToday } }", admin)
        assert sent == {"businessSettings": {"codesSentToday": 1}}
