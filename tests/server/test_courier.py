"""One try to deliver: what is sent, where to, and what an answer or none means."""

import socket
import ssl
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from resolvers.operation.sending import Parcel
from rules.webhooks import Attempt
from server.address_guard import AddressGuard, ForbiddenAddress
from server.courier import HttpCourier
from tests.server.receiving import ToldAnswer, WebhookReceiver, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NAME = "hooks.example"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def receiver() -> Generator[WebhookReceiver]:
    with receiving() as made:
        yield made


@asynccontextmanager
async def courier(private: Sequence[str] = ("127.0.0.1",), **options: Any) -> AsyncGenerator[HttpCourier]:
    made = HttpCourier(now, private, **options)
    try:
        yield made
    finally:
        await made.close()


async def sent(url: str, *, seconds: float = 5, private: Sequence[str] = ("127.0.0.1",), **options: Any) -> Attempt:
    async with courier(private, **options) as made:
        return await made.send(Parcel("Event_1", url, '{"a": "é"}', (SECRET,)), seconds=seconds)


async def test_what_is_sent_is_as_standard_webhooks_say(receiver: WebhookReceiver) -> None:
    attempt = await sent(receiver.url)
    assert (attempt.status, attempt.error) == (204, None)
    (request,) = receiver.came
    assert Webhook(SECRET).verify(request.body, request.headers) == {"a": "é"}
    kept = {name: request.headers[name] for name in ("host", "content-type", "user-agent", "webhook-id")}
    assert kept == {
        "host": f"127.0.0.1:{receiver.port}", "content-type": "application/json", "user-agent": "customer-api",
        "webhook-id": "Event_1",
    }  # fmt: skip
    assert abs(int(request.headers["webhook-timestamp"]) - now().timestamp()) < 60


@pytest.mark.parametrize(
    ("status", "error"), [(200, None), (202, None), (301, "redirect"), (308, "redirect"), (500, "status")]
)  # fmt: skip
async def test_what_an_answer_means_and_a_redirect_is_not_followed(
    receiver: WebhookReceiver, status: int, error: str | None
) -> None:
    receiver.answer = lambda _: ToldAnswer(status, (("Location", "/elsewhere"),), b"x" * 100_000)
    attempt = await sent(receiver.url)
    assert (attempt.status, attempt.error) == (status, error)
    assert [request.path for request in receiver.came] == (["/hooks"] if error is None else [])


async def test_how_long_to_wait_is_told(receiver: WebhookReceiver) -> None:
    receiver.answer = lambda _: ToldAnswer(503, (("Retry-After", "120"),))
    assert (await sent(receiver.url)).retry_after == "120"


async def test_who_does_not_answer_is_not_waited_for(receiver: WebhookReceiver) -> None:
    receiver.answer = lambda _: ToldAnswer(None)
    attempt = await sent(receiver.url, seconds=0.2)
    assert (attempt.status, attempt.error) == (None, "timeout")


async def test_a_connection_is_used_again(receiver: WebhookReceiver) -> None:
    looked: list[str] = []

    async def lookup(host: str, _port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"]

    private = (NAME,)
    async with courier(private, guard=AddressGuard(private, lookup)) as made:
        for n in range(3):
            await made.send(Parcel(f"Event_{n}", f"http://{NAME}:{receiver.port}/", "{}", (SECRET,)), seconds=5)
    assert receiver.ids() == ["Event_0", "Event_1", "Event_2"]
    assert looked == [NAME]


async def test_what_goes_wrong_is_told_in_one_word() -> None:
    with socket.socket() as nobody:  # bound, and not listening
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        assert (await sent(f"http://127.0.0.1:{port}/")).error == "refused"
    assert (await sent("https://no.such.name.invalid/")).error == "name"
    assert (await sent(f"https://{'x' * 70}.example/")).error == "name"


# ---------------------------------------------------------------- addresses


REFUSED = """https://127.0.0.1/ https://localhost/ https://[::1]/ https://[::ffff:127.0.0.1]/ https://0.0.0.0/
    https://2130706433/ https://0x7f.1/ https://127.1/ https://017700000001/ https://169.254.169.254/latest/meta-data/
    https://10.0.0.1/ https://[fd00:ec2::254]/ https://[fe80::1]/ https://100.64.0.1/ https://224.0.0.1/
    https://[64:ff9b::7f00:1]/ https://[2002:7f00:1::]/ http://127.0.0.1/ https://[::]/ https://[::ffff:a9fe:a9fe]/"""


@pytest.mark.parametrize("url", REFUSED.split())
async def test_nothing_goes_to_an_address_that_is_not_public(url: str) -> None:
    assert (await sent(url, private=())).error == "address"


class Network:
    """Remembers which addresses are connected to, and connects to none."""

    def __init__(self) -> None:
        self.called: list[tuple[str, int]] = []

    async def __call__(self, _protocol: Any, address: str, port: int, **_tls: Any) -> Any:
        self.called.append((address, port))
        raise ForbiddenAddress("the test ends here")


async def test_all_addresses_of_a_name_are_checked_and_a_checked_one_is_called() -> None:
    answers = {"good.example": ["8.8.8.8", "1.1.1.1"], "mixed.example": ["8.8.8.8", "10.0.0.1"], "none.example": []}

    async def lookup(host: str, _port: int) -> list[str]:
        return answers[host]

    network = Network()
    guard = AddressGuard((), lookup, network)
    errors = [(await sent(f"https://{host}/", guard=guard)).error for host in answers]
    assert errors == ["address", "address", "name"]
    assert network.called == [("8.8.8.8", 443), ("1.1.1.1", 443)]


async def test_a_resolver_that_changes_its_mind_is_asked_once() -> None:
    said = iter([["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]])

    async def lookup(_host: str, _port: int) -> list[str]:
        return next(said)

    network = Network()
    guard = AddressGuard((), lookup, network)
    await sent("https://rebinding.example/", guard=guard)
    assert network.called == [("8.8.8.8", 443)]
    assert (await sent("https://rebinding.example/", guard=guard)).error == "address"
    assert network.called == [("8.8.8.8", 443)]


async def test_a_private_host_is_meant_as_the_address_writes_it() -> None:
    guard = AddressGuard(("localhost", "127.0.0.1:8080", "[::1]:9000"))
    assert await guard.checked("localhost", 80)
    assert await guard.checked("127.0.0.1", 8080) == ["127.0.0.1"]
    assert await guard.checked("::1", 9000) == ["::1"]
    for host, port in (("127.0.0.1", 80), ("::1", 80), ("127.0.0.2", 8080)):
        with pytest.raises(ForbiddenAddress):
            await guard.checked(host, port)


# ---------------------------------------------------------------- TLS


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of its own making for a name, and its key."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return paths


async def test_tls_is_of_the_name_though_an_address_is_called(tmp_path: Path) -> None:
    public, key = certificate(tmp_path, NAME)
    mine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mine.load_cert_chain(public, key)
    asked: list[str | None] = []
    mine.sni_callback = lambda _socket, name, _context: asked.append(name)

    async def lookup(_host: str, _port: int) -> list[str]:
        return [str(ip_address("127.0.0.1"))]

    trusted = ssl.create_default_context(cafile=public)
    with receiving(mine) as receiver:
        for name, context, error in ((NAME, trusted, None), ("other.example", trusted, "tls"), (NAME, None, "tls")):
            guard = AddressGuard((name,), lookup)
            attempt = await sent(f"https://{name}:{receiver.port}/", guard=guard, trusted=context)
            assert (name, attempt.error) == (name, error)
        assert asked == [NAME, "other.example", NAME]
        assert receiver.came[0].headers["host"] == f"{NAME}:{receiver.port}"
