"""Whose request it is where proxies stand before the server."""

from typing import Any

import pytest

from server.addresses import TrustedProxies, address_group
from server.settings import Settings, SettingsError, load_settings
from tests.server.conftest import caller

PROXIES = "10.0.0.0/8, 192.0.2.1,fd00::/8"


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.7"], "203.0.113.5"),  # whoever says so is no proxy of ours
        ("10.1.2.3", ["198.51.100.7"], "198.51.100.7"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.7"], "198.51.100.7"),  # the client may have written what comes before
        ("10.1.2.3", ["1.1.1.1", "198.51.100.7, 192.0.2.1"], "198.51.100.7"),
        ("10.1.2.3", ["198.51.100.7, 192.0.2.1:443", "[fd00::1]:80"], "198.51.100.7"),
        ("10.1.2.3", ["198.51.100.7:50123"], "198.51.100.7"),
        ("10.1.2.3", ["[2001:db8::7]:50123"], "2001:db8::7"),
        ("::ffff:10.1.2.3", ["198.51.100.7"], "198.51.100.7"),
        ("10.1.2.3", ["unknown"], "unknown"),
        ("10.1.2.3", ["10.9.9.9"], "10.1.2.3"),
        ("10.1.2.3", ["", " , "], "10.1.2.3"),
        ("10.1.2.3", [], "10.1.2.3"),
    ],
)
def test_the_last_that_is_no_proxy_of_ours_asks(peer: str, forwarded_for: list[str], expected: str) -> None:
    assert TrustedProxies(PROXIES).caller(peer, forwarded_for) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_who_has_one_address_of_ipv6_has_all_that_begin_alike(host: str, expected: str) -> None:
    assert address_group(host) == expected


@pytest.mark.parametrize("wrong", ["proxy.internal", "10.0.0.1/8", "10.0.0.0/8 10.1.0.0/16", "*"])
def test_what_is_no_list_of_proxies_does_not_start(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", wrong)

    with pytest.raises(SettingsError, match="TRUSTED_PROXIES must list addresses and networks between commas"):
        load_settings()


def test_a_caller_behind_a_proxy_has_its_share_and_leaves_others_theirs(settings: Settings, shop: Any) -> None:
    """One is answered at a time here, so a share of none is what can be seen of a share that is taken."""
    limited = settings.model_copy(update={"trusted_proxies": "10.0.0.0/8", "max_connections_per_address": 1})
    with caller(limited, client=("10.0.0.2", 50000)) as behind:
        shares = shares_of(behind.app)
        assert shares.take("198.51.100.7")
        assert shares.take("2001:db8::/64")

        def status(forwarded_for: str | None) -> int:
            headers = {"X-Forwarded-For": forwarded_for} if forwarded_for else {}
            return behind.get("/healthz", headers=headers).status_code

        assert [status("198.51.100.7"), status("1.1.1.1, 198.51.100.7"), status("2001:db8::9")] == [429, 429, 429]
        assert [status("198.51.100.8"), status("198.51.100.8"), status(None)] == [200, 200, 200]
        refused = behind.get("/healthz", headers={"X-Forwarded-For": "198.51.100.7"})
        assert refused.text == "too many connections of one address: try again later\n"
        assert refused.headers["Retry-After"] == "5"
        shares.give_back("198.51.100.7")
        assert status("198.51.100.7") == 200


def shares_of(app: Any) -> Any:
    """What callers behind proxies have of an application that has answered or started."""
    layer = app.middleware_stack
    while not hasattr(layer, "_shares"):
        layer = getattr(layer, "app", None) or layer._app
    return layer._shares
