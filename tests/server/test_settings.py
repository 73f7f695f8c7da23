import re
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from server.app import create_app
from server.settings import Settings, SettingsError, is_loopback, load_settings, settings_table, weakness_of
from tests.server.conftest import SECRET

ROOT = Path(__file__).parents[2]
PROVIDER = {
    "DATABASE_URL": "sqlite:///shop.db",
    "JWKS_URL": "https://login.example/keys",
    "JWT_ISSUER": "https://login.example",
    "JWT_AUDIENCE": "customer-api",
}


def test_nothing_set_is_demo_mode() -> None:
    settings = load_settings()

    assert settings.demo
    assert settings.store == "sqlite:///var/customer-api.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_the_demo_secret_is_made_once_and_readable_by_its_owner_alone(elsewhere: Path) -> None:
    first = load_settings().secret()
    kept = elsewhere / "var" / "secret"

    assert first == load_settings().secret() == kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert first is not None
    assert weakness_of(first) is None
    assert [path.name for path in kept.parent.iterdir()] == ["secret"]


def test_settings_come_from_the_environment_before_the_env_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / ".env").write_text(
        f"DATABASE_URL=sqlite:///file.db\nSECRET_KEY={SECRET}\nPORT=9000\nLOG_LEVEL=DEBUG\n"
    )
    monkeypatch.setenv("PORT", "9001")

    settings = load_settings()

    assert settings.store == "sqlite:///file.db"
    assert (settings.port, settings.log_level) == (9001, "debug")
    assert settings.secret() == SECRET


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_a_server_does_not_begin_but_other_commands_do(
    secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.db")
    if secret is not None:
        monkeypatch.setenv("SECRET_KEY", secret)

    settings = load_settings()

    assert settings.store == "sqlite:///shop.db"
    for begin in (settings.secret, lambda: create_app(settings)):
        with pytest.raises(SettingsError, match="SECRET_KEY is missing"):
            begin()


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters, at least 32 are needed"),
        ({"SECRET_KEY": "change-me-change-me-change-me-change-me"}, "SECRET_KEY is a known default"),
        ({"SECRET_KEY": "your-256-bit-secret-your-256-bit-secret"}, "SECRET_KEY is a known default"),
        ({"SECRET_KEY": "a" * 40}, "SECRET_KEY repeats itself"),
        ({"SECRET_KEY": "qwertzuiopyx" * 3}, "SECRET_KEY repeats itself"),
        ({"SECRET_KEY": SECRET, "PORT": "http"}, "PORT: "),
        ({"SECRET_KEY": SECRET, "JWKS_URL": "file:///etc/passwd"}, "JWKS_URL: "),
        (
            {"SECRET_KEY": SECRET, "DATABASE_URL": "mysql://here"},
            "DATABASE_URL must be sqlite:///path or postgresql://",
        ),
    ],
)
def test_impossible_settings_are_named(
    environment: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DATABASE_URL": "sqlite:///shop.db", **environment}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert environment.get("SECRET_KEY", "") not in str(refusal.value) or not environment.get("SECRET_KEY")


def test_with_a_key_set_no_secret_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.db")
    for name, value in PROVIDER.items():
        monkeypatch.setenv(name, value)

    assert load_settings().secret() is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"JWT_ISSUER": ""}, "JWKS_URL needs JWT_ISSUER:"),
        ({"JWT_AUDIENCE": ""}, "JWKS_URL needs JWT_AUDIENCE:"),
        ({"JWT_ISSUER": "", "JWT_AUDIENCE": ""}, "JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE:"),
        ({"JWKS_URL": "http://login.example/keys"}, "JWKS_URL must begin with https://"),
        ({"JWKS_URL": "http://127.0.0.1.login.example/keys"}, "JWKS_URL must begin with https://"),
    ],
)
def test_a_provider_gives_tokens_to_others_too(
    change: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**PROVIDER, **change}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=message):
        load_settings()


@pytest.mark.parametrize("url", ["http://localhost:9/keys", "http://127.0.0.1/keys", "http://[::1]:9/keys"])
def test_on_this_machine_a_provider_may_be_asked_in_the_open(url: str) -> None:
    assert load_settings(jwks_url=url, jwt_issuer="here", jwt_audience="us").secret() is None


@pytest.mark.parametrize(
    ("secret", "weakness"),
    [
        ("ab" * 16 + "c", "repeats itself"),
        ("kX9#" * 9 + "kX", "repeats itself"),
        ("hunter2!hunter2?hunter2!hunter2?hunter2.", "repeats itself"),
        ("mnbvcxzlkjhgfdsapoiuytrewq0987654321", "is a sequence"),
        ("bcdefghijklmnopqrstuvwxyz123456789!?", "is a sequence"),
        ("a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7", "is a sequence"),
        ("aaabbbcccdddeeefffggghhhiiijjjkkklll", "is a sequence"),
        ("qwertyuiopasdfghjklzxcvbnm1234567890", "is a sequence"),
    ],
)
def test_secrets_that_somebody_would_think_of(secret: str, weakness: str) -> None:
    assert weakness_of(secret) == weakness


@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex, lambda _: str(uuid4()) + str(uuid4())])
def test_random_secrets_are_taken(make: Callable[[int], str]) -> None:
    assert [weakness_of(make(32)) for _ in range(200)] == [None] * 200


def test_the_secret_is_not_shown() -> None:
    settings = Settings(database_url="sqlite:///shop.db", secret_key=SECRET)  # pyright: ignore[reportArgumentType]

    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.8.0.1", True), ("0.0.0.0", False), ("shop", False)],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_every_setting_is_documented_as_it_is() -> None:
    documented = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert settings_table() in documented


def test_every_setting_is_in_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^# ?([A-Z_]+)=", example, re.MULTILINE)) == {name.upper() for name in Settings.model_fields}
    assert not re.search(r"^[A-Z]", example, re.MULTILINE), "copied as it is, the example sets nothing"
