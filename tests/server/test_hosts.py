"""Where events go in a network of several hosts: to public addresses that were checked, whatever names say meanwhile.

The hosts are network namespaces: real look-ups, real routes, an internal host that would answer.
"""

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.server.hosts import Host, host, why_there_are_none

PUBLIC, INTERNAL, AWAY = "9.9.9.9", "10.0.0.9", "8.8.4.9"
NAMES = {
    "shop.example": [[PUBLIC]],
    "rebinding.example": [[PUBLIC], [INTERNAL]],
    "mixed.example": [[PUBLIC, INTERNAL]],
    "internal.example": [[INTERNAL]],
    "two.example": [[AWAY, PUBLIC]],
    "away.example": [[AWAY]],
}

pytestmark = pytest.mark.processes


class Network(NamedTuple):
    """The host that calls, and those that are called."""

    courier: Host
    public: Host
    internal: Host
    away: Host

    def sent(self, url: str, **how: Any) -> Any:
        """The status and the error of a try."""
        return self.courier.told({"url": url, **how})


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Generator[Network]:
    """Takes two seconds: four processes begin, once for all tests."""
    if why := why_there_are_none():
        pytest.skip(f"no network namespaces can be made here (as root, with iproute2): {why}")
    folder: Path = tmp_path_factory.mktemp("hosts")
    with ExitStack() as stack:
        courier, *others = [stack.enter_context(host(role)) for role in ("courier", *["receiver"] * 3)]
        for other, name, address in zip(others, ("public", "internal", "away"), (PUBLIC, INTERNAL, AWAY), strict=True):
            courier.joined(other, name, f"{address.rpartition('.')[0]}.1", address)
            assert other.told({"address": address, "names": NAMES}) == "listening"
        assert courier.told({"folder": str(folder), "names": PUBLIC}) == "ready to send"
        yield Network(courier, *others)


def test_what_is_public_is_told_and_what_is_internal_is_not_even_called(network: Network) -> None:
    before = network.internal.told("who came?")
    assert network.sent("http://shop.example/") == [204, None]
    assert network.public.told("who came?")[-1] == "shop.example"
    for url in (
        "http://internal.example/",
        "http://mixed.example/",
        f"http://{INTERNAL}/",
        f"http://[::ffff:{INTERNAL}]/",
    ):
        assert (url, network.sent(url)) == (url, [None, "address"])
    assert network.internal.told("who came?") == before
    assert network.sent("http://nobody.example/") == [None, "name"]


def test_a_name_that_changes_its_mind_after_the_check_leads_nowhere_else(network: Network) -> None:
    assert network.sent("http://rebinding.example/") == [204, None]
    assert network.public.told("who came?")[-1] == "rebinding.example"  # where it was checked
    assert network.sent("http://rebinding.example/") == [None, "address"]
    assert "rebinding.example" not in network.internal.told("who came?")


def test_an_internal_host_that_is_named_is_called(network: Network) -> None:
    assert network.sent("http://internal.example/", private=["internal.example"]) == [204, None]
    assert network.internal.told("who came?")[-1] == "internal.example"
    assert network.sent(f"http://{INTERNAL}/", private=["internal.example"]) == [None, "address"]


def test_where_a_host_goes_away_another_of_its_name_is_told_and_it_is_told_when_it_is_back(network: Network) -> None:
    # Takes a second: who is away does not say so.
    assert network.sent("http://away.example/") == [204, None]
    network.away.ip(f"addr del {AWAY}/24 dev away")
    assert network.sent("http://away.example/", seconds=0.5) == [None, "timeout"]
    assert network.sent("http://two.example/") == [204, None]
    assert network.public.told("who came?")[-1] == "two.example"
    network.away.ip(f"addr add {AWAY}/24 dev away")
    assert network.sent("http://away.example/", seconds=10) == [204, None]
