"""The settings of signing in with a provider."""

import pytest

from server.settings import SettingsError, load_settings

PROVIDER = {
    "DATABASE_URL": "sqlite:///shop.db",
    "JWKS_URL": "https://login.example/keys",
    "JWT_ISSUER": "https://login.example",
    "JWT_AUDIENCE": "customer-application",
    "OIDC_ISSUER": "https://login.example",
    "OIDC_CLIENT_ID": "customer-application",
}


def test_a_provider_is_named_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PROVIDER.items():
        monkeypatch.setenv(name, value)

    assert load_settings().oidc_scopes == "openid"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"JWKS_URL": ""}, "OIDC_ISSUER needs OIDC_CLIENT_ID, and JWKS_URL"),
        ({"JWT_ISSUER": ""}, "JWKS_URL needs JWT_ISSUER"),
        ({"JWT_AUDIENCE": ""}, "JWKS_URL needs JWT_AUDIENCE"),
        ({"OIDC_CLIENT_ID": ""}, "OIDC_ISSUER needs OIDC_CLIENT_ID, and JWKS_URL"),
        ({"OIDC_ISSUER": "http://login.example"}, "OIDC_ISSUER must begin with https://"),
        ({"OIDC_ISSUER": "login.example"}, "OIDC_ISSUER must begin with https://"),
        ({"OIDC_ISSUER": "https://login.example?x=1"}, "OIDC_ISSUER must begin with https://"),
        ({"OIDC_TOKEN": "refresh_token"}, "OIDC_TOKEN"),
    ],
)
def test_what_is_impossible_is_said(change: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**PROVIDER, **change}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=message):
        load_settings()
