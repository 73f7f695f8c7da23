import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from typer.testing import CliRunner, Result

from models.database import Database
from resolvers.operation.ids import global_id
from server import sdl
from server.commands import serving
from server.commands.command_line import cli
from server.identity.tokens import TokenError, read_lifetime
from tests.builders import open_shop
from tests.server.conftest import SECRET, tiny_schema
from tests.servers import NO_TLS

ROOT = Path(__file__).parents[2]
WEAK = "s3cret"
SALES = """number,day,who,price
1,2026-01-05,C1,10.00
2,2026-01-06,C2,20.50
2,2026-01-06,C2,1.00
x,never,C3,1.00
"""


MAPPED = ("--map", "sale=number,occurred_at=day,customer=who", "--map", "amount=price", "--business", "Shop")
MADE = ("--currency", "gbp", "--timezone", "Europe/London")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small file of sales, with a row that cannot be used."""
    path = tmp_path / "sales.csv"
    path.write_text(SALES)
    return path


@pytest.fixture
def store(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that the commands are set to."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SECRET_KEY", SECRET)
    return sqlite_url


def command(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def failure(*words: str, code: int = 1) -> str:
    result = command(*words)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.stderr


def set_schema(store: str, revision: str) -> None:
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.commit()


# ---------------------------------------------------------------- help and settings


def test_help_names_every_command_and_each_command_helps() -> None:
    names = {item.name or "" for item in cli.registered_commands} | {"serve", "demo", "token", "migrate", "schema"}
    documented = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for name in names - {""}:
        assert f"\n  {name} " in command("--help").output
        assert f"| `{name}` |" in documented
        assert command(name, "--help").exit_code == 0


def test_a_command_that_does_not_exist_is_a_usage_error() -> None:
    assert "No such command" in failure("sevre", code=2)


@pytest.mark.parametrize("words", [("serve",), ("businesses",), ("token",), ("migrate",), ("demo",)])
def test_a_weak_secret_ends_every_command(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.db")
    monkeypatch.setenv("SECRET_KEY", WEAK)

    assert failure(*words).startswith("Error: SECRET_KEY has 6 characters")
    assert not Path("shop.db").exists()


def test_an_unreachable_store_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:hidden@127.0.0.1:9/shop")
    monkeypatch.setenv("SECRET_KEY", SECRET)

    message = failure("businesses")

    assert message.startswith("Error: the database postgresql://ann:***@127.0.0.1:9/shop cannot be reached: ")
    assert message.count("\n") == 1


def test_a_file_that_is_no_database_is_one_line(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "notes.db").write_text("these are notes, and not at all what a database begins with\n" * 50)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///notes.db")
    monkeypatch.setenv("SECRET_KEY", SECRET)

    assert failure("businesses").startswith("Error: the database sqlite:///notes.db cannot be used: ")


# ---------------------------------------------------------------- token


def claims(*words: str) -> dict[str, Any]:
    result = command("token", *words)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1, "the token alone"
    return jwt.decode(result.stdout.strip(), SECRET, algorithms=["HS256"])


def test_a_token_is_printed_alone(store: str, shop: Any) -> None:
    made = claims("--business", "Corner Shop", "--role", "mAnAgEr", "--expires", "30d", "--pii")

    assert (made["business"], made["role"], made["pii"]) == (shop.id, "MANAGER", True)
    assert made["exp"] - made["iat"] == 30 * 86_400


def test_the_only_business_need_not_be_named(store: str, shop: Any) -> None:
    assert claims()["business"] == claims("--business", str(shop.id))["business"] == shop.id


def test_a_customers_token_names_the_customer(store: str, file: Path) -> None:
    command("import", str(file), *MAPPED, *MADE)
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"))) as connection:
        ((customer_id,),) = connection.execute("SELECT id FROM customer WHERE number = 'C2'")

    assert claims("--role", "customer", "--customer", "C2")["customer"] == global_id("Customer", customer_id)


def test_what_a_token_cannot_be_is_said(store: str, shop: Any) -> None:
    for words, message in (
        (("--role", "owner"), 'there is no role "owner": use one of CUSTOMER, VIEWER, STAFF, MANAGER, ADMIN'),
        (("--business", "Bank"), 'there is no business "Bank", only "Corner Shop"'),
        (("--role", "customer"), "the role CUSTOMER needs --customer"),
        (("--customer", "C-1"), "--customer goes with --role CUSTOMER alone"),
        (("--role", "customer", "--customer", "C-1"), 'business "Corner Shop" has no customer with number C-1'),
        (("--expires", "soon"), '"soon" is not a lifetime: use 90s, 45m, 12h, 30d or 4w'),
    ):
        assert message in failure("token", *words)


def test_without_a_business_there_is_no_token(store: str) -> None:
    assert "there is no business yet" in failure("token")


@pytest.mark.parametrize("text", ["", "0d", "-1d", "1.5h", "12", "h", "9999d", "999999999w", "12 hours"])
def test_impossible_lifetimes(text: str) -> None:
    with pytest.raises(TokenError):
        read_lifetime(text)


def test_with_an_identity_provider_no_token_is_made(store: str, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = ("JWKS_URL", "https://login.example/keys"), ("JWT_ISSUER", "them"), ("JWT_AUDIENCE", "us")
    for name, value in provider:
        monkeypatch.setenv(name, value)

    assert "tokens come from your identity provider" in failure("token")


# ---------------------------------------------------------------- migrate, schema, businesses


def test_migrate_tells_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///new.db")
    monkeypatch.setenv("SECRET_KEY", SECRET)

    assert "it was empty" in command("migrate").output
    assert "already" in command("migrate").output


def test_a_newer_schema_is_refused(store: str) -> None:
    set_schema(store, "ffff")
    for words in (("migrate",), ("businesses",), ("serve", "--port", str(free_port()))):
        assert "use a newer version" in failure(*words)


def test_businesses_are_listed(store: str, shop: Any) -> None:
    output = command("businesses").output

    assert re.search(rf"^{shop.id} +Corner Shop +GBP +Europe/London +GB +MONDAY +0 ", output, re.MULTILINE)


def test_region_and_start_of_the_week_are_set(store: str, shop: Any) -> None:
    output = command("businesses", "--region", "de", "--week-start", "sunday").output
    assert re.search(rf"^{shop.id} +Corner Shop +GBP +Europe/London +DE +SUNDAY +1 ", output, re.MULTILINE)
    again = command("businesses", "--business", "Corner Shop", "--region", "DE").output
    assert re.search(r"DE +SUNDAY +1 ", again)  # nothing changed: no revision


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--region", "Germany"), 'Error: "Germany" is no country: give its ISO 3166 code'),
        (("--week-start", "Sunndy"), 'Error: "Sunndy" is none of MONDAY, TUESDAY'),
        (("--business", "Nobody"), 'Error: there is no business "Nobody", only "Corner Shop"'),
        (("--region", "DE", "--business", "Nobody"), 'Error: there is no business "Nobody", only "Corner Shop"'),
    ],
)
def test_a_setting_that_cannot_be_changes_nothing(store: str, shop: Any, words: Any, message: str) -> None:
    assert failure("businesses", *words).startswith(message)
    assert re.search(r"GB +MONDAY +0 ", command("businesses").output)


def test_the_schema_is_printed_written_and_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "schema.graphql"
    monkeypatch.setattr(sdl, "SCHEMA_FILE", kept)
    monkeypatch.setattr(sdl, "served_schema", lambda: tiny_schema)

    assert command("schema").stdout == tiny_schema.as_str() + "\n"
    assert failure("schema", "--check")
    assert command("schema", "--output", str(kept)).exit_code == 0
    assert command("schema", "--check").exit_code == 0
    kept.write_text(kept.read_text().replace("role: String!", "role: String"))
    assert "+  role: String!" in failure("schema", "--check")


# ---------------------------------------------------------------- import and demo


def test_a_file_is_imported_once(store: str, file: Path) -> None:
    result = command("import", str(file), *MAPPED, *MADE)

    assert result.exit_code == 0, result.output
    assert "read 4 rows" in result.output
    assert "wrote 3, updated 0, unchanged 0, rejected 1 rows" in result.output
    assert "wrote 2 sales, 0 refunds, 2 new customers" in result.output
    assert "never" in Path("sales.csv.rejects.csv").read_text()
    assert "wrote 0, updated 0, unchanged 3, rejected 1 rows" in command("import", str(file), *MAPPED).output


def test_a_dry_run_reads_phones_as_the_import_does_which_is_told_as_one(store: str, tmp_path: Path) -> None:
    path = tmp_path / "phones.csv"
    path.write_text("number,day,who,price,tel\n1,2026-01-05,C1,10.00,020 7946 0018\n")
    words = ("import", str(path), *MAPPED, *MADE, "--map", "phone=tel")
    assert "left out" not in command(*words, "--dry-run").output
    assert "left out" not in command(*words).output
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("SELECT phone FROM customer").fetchall() == [("+442079460018",)]
        assert set(connection.execute("SELECT action, source FROM audit_entry").fetchall()) == {("import", "IMPORT")}


def test_a_dry_run_writes_nothing(store: str, file: Path) -> None:
    result = command("import", str(file), *MAPPED, *MADE, "--dry-run")

    assert "would write 3, updated 0, unchanged 0, rejected 1 rows" in result.output
    assert "no business yet" in command("businesses").output
    assert not list(Path().glob("*.rejects.csv"))


def test_what_is_wrong_with_an_import_is_said(store: str, file: Path) -> None:
    for words, message in (
        (("--business", "Shop", *MADE), "say what its columns are by --map sale=…"),
        ((*MAPPED,), 'there is no business "Shop" (there are: none yet)'),
        ((*MAPPED, "--currency", "GBP", "--timezone", "Mars/Base"), 'unknown time zone "Mars/Base"'),
        ((*MAPPED, "--currency", "GBP", "--timezone", "Mars/Base", "--dry-run"), 'unknown time zone "Mars/Base"'),
        ((*MAPPED, "--currency", "pounds", "--timezone", "Europe/London"), "is not an ISO 4217 currency code"),
        (("--preset", "cdnow", "--business", "Shop", *MADE), "lacks the column"),
    ):
        assert message in failure("import", str(file), *words)
    assert "does not exist" in failure("import", "nowhere.csv", *MAPPED, code=2)


def test_a_shop_keeps_its_currency(store: str, file: Path) -> None:
    command("import", str(file), *MAPPED, *MADE)

    assert "has currency GBP, not EUR" in failure("import", str(file), *MAPPED, "--currency", "EUR")


def test_a_tills_queue_is_recorded_once(store: str, shop: Any, tmp_path: Path) -> None:
    queue = tmp_path / "waiting.jsonl"
    line = '{"idempotencyKey": "%s", "items": [{"product": "Tea", "quantity": %s, "unitPrice": "2.50"}]%s}\n'
    paid = ', "payments": [{"method": "CASH", "amount": "5.00"}]'
    wrong = (line % ("b", '"-1"', paid), '{"items"\n', line % ("c", '"2"', ', "channel": "CARRIER"'))
    queue.write_text("\n".join((line % ("a", '"2"', paid), *wrong, line % ("a", "2", paid))))

    result = command("record-sales", str(queue), "--business", "1")

    assert (result.exit_code, result.stdout) == (1, "1 recorded, 1 recorded before, 3 refused\n")
    told = result.stderr.splitlines()
    assert told[0].startswith("line 3: items.0.quantity: Give a quantity above 0, at most 1,000,000,000")
    assert [words.partition(":")[0] for words in told] == ["line 3", "line 5", "line 7", "Error"]
    assert told[1].startswith("line 5: this is no JSON")
    assert "CARRIER" in told[2]
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"))) as connection:
        made = connection.execute("SELECT action, source, actor FROM audit_entry WHERE action = 'recordSale'")
        assert made.fetchall() == [("recordSale", "COMMAND", "command-line")]
    queue.write_text(line % ("a", "2", paid))
    assert command("record-sales", str(queue), "--business", "1").stdout == "0 recorded, 1 recorded before, 0 refused\n"


def test_the_demo_is_filled_once_a_day(store: str) -> None:
    first = command("demo", "--customers", "20", "--seed", "3")

    assert first.exit_code == 0, first.output
    assert re.search(r"Demo: \d+ customers, \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, seed 3; [1-9]", first.output)
    assert "; 0 rows added" in command("demo").output
    assert "leave them out, or use another database" in failure("demo", "--seed", "4")


# ---------------------------------------------------------------- serve


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_demo_is_not_served_to_others() -> None:
    assert "the demo listens on this machine only, not on 0.0.0.0" in failure("serve", "--host", "0.0.0.0")


def test_a_port_that_is_still_taken_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        serving._wait_for_port("127.0.0.1", port, 5, pause=lambda _: taken.close())

    assert capsys.readouterr().err == f"127.0.0.1:{port} is in use: waiting up to 5 s for the server there to end\n"


def test_a_taken_port_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        monkeypatch.setattr(serving, "ENDING_SECONDS", 0)
        assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in failure("serve", "--port", str(port))


def answer(url: str, process: subprocess.Popen[str], **request: Any) -> httpx2.Response:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            return httpx2.request("POST", url, verify=NO_TLS, **request) if request else httpx2.get(url, verify=NO_TLS)
        except httpx2.TransportError:
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.mark.processes
@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_serves_until_it_is_told_to_stop(tmp_path: Path, workers: int) -> None:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.db",
        "SECRET_KEY": SECRET,
    }
    words = [sys.executable, str(ROOT / "main.py"), "serve", "--port", str(port), "--workers", str(workers)]
    with subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert answer(f"http://127.0.0.1:{port}/readyz", process).json() == {"status": "ready"}
            refused = answer(f"http://127.0.0.1:{port}/graphql", process, json={"query": "{ __typename }"})
            assert refused.status_code == 401
        finally:
            process.send_signal(signal.SIGTERM)
            logged = process.communicate(timeout=30)[1]
    assert process.returncode in {0, -signal.SIGTERM}
    assert logged.count("stopped") == workers
    assert "Traceback" not in logged


# ---------------------------------------------------------------- ask


def test_ask_does_what_the_api_does_as_a_command(store: str) -> None:
    asyncio.run(made_shop(store))
    create = """mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename
        ... on CustomerPayload { customer { number } } ... on Refusal { message } } }"""
    made = json.loads(command("ask", create, 'input={"number": "K-1", "email": "ann@example.com"}').output)
    assert made == {"createCustomer": {"__typename": "CustomerPayload", "customer": {"number": "K-1"}}}
    taken = json.loads(command("ask", create, 'input={"number": "K-1"}').output)
    assert taken["createCustomer"]["__typename"] == "Duplicate"
    find = "query ($email: String!) { customer(by: {email: $email}) { email purchases { orders } } }"
    found = json.loads(command("ask", find, "email=ann@example.com").output)
    assert found == {"customer": {"email": "ann@example.com", "purchases": {"orders": 0}}}
    audit = json.loads(command("ask", "{ auditTrail(first: 1) { nodes { actor role source action } } }").output)
    assert audit["auditTrail"]["nodes"] == [
        {"actor": "command-line", "role": "ADMIN", "source": "COMMAND", "action": "createCustomer"}
    ]
    assert "cannot be read" in failure("ask", "{")
    assert "one query or mutation" in failure("ask", "subscription { dataChanged { revision } }")
    assert "no variable" in failure("ask", find, "email")
    assert "Cannot query field" in failure("ask", "{ nothing }")


async def made_shop(store: str) -> None:
    database = Database(store)
    await open_shop(database)
    await database.close()
