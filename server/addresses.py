"""Addresses: whose request it is where proxies stand before the server, and which addresses are one holder's."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

ONE_HOLDER = 64  # bits of an IPv6 address that a provider gives to one customer, who has all those below


class TrustedProxies:
    """The proxies whose word on an address is taken: addresses and networks between commas, ValueError for others."""

    def __init__(self, listed: str) -> None:
        self._networks = [_network(part) for part in map(str.strip, listed.split(",")) if part]

    def __contains__(self, host: str) -> bool:
        """Whether an address is that of one of them."""
        address = _address(host)
        return address is not None and any(address in network for network in self._networks)

    def caller(self, peer: str, forwarded_for: Iterable[str]) -> str:
        """The peer; where that is one of these, the last address in X-Forwarded-For that is not."""
        if peer not in self:
            return peer
        named = [part.strip() for line in forwarded_for for part in line.split(",")]
        return next((without_port(host) for host in reversed(named) if host and host not in self), peer)


def address_group(host: str) -> str:
    """The addresses that are counted as one with this: of IPv6 all that begin with the same 64 bits."""
    address = _address(host)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> ONE_HOLDER << ONE_HOLDER, ONE_HOLDER)))
    return host if address is None else str(address)


def without_port(host: str) -> str:
    """An address as some proxies write it, with its port, without: 192.0.2.1:443 and [2001:db8::1]:443."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, _, port = host.rpartition(":")
    return name if port.isdigit() and ":" not in name else host


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(without_port(host))
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _network(part: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(part)
    except ValueError as error:
        raise ValueError(f"TRUSTED_PROXIES must list addresses and networks between commas: {error}") from None
