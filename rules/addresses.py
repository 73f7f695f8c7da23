"""Which addresses of the network are public: those that somebody outside may be told to call."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address

PUBLIC_V6 = ip_network("2000::/3")
NAT64 = ip_network("64:ff9b::/96")
# What Python calls global though nobody's server is there, or another address is behind it.
NOT_FOR_SERVERS = tuple(
    ip_network(part)
    for part in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public network, whatever it is written into."""
    inner = embedded(address)
    if inner is not None:
        return is_public(inner)
    if address.is_multicast or not address.is_global or (address.version == 6 and address not in PUBLIC_V6):
        return False
    return not any(address.version == part.version and address in part for part in NOT_FOR_SERVERS)


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that a mapped or translated one stands for."""
    if isinstance(address, IPv4Address):
        return None
    return address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None)


def literal_in(host: str) -> Address | None:
    """The address that a host is written as, None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def fault_of_url(url: str, private_hosts: Collection[str]) -> str | None:
    """What is wrong with where events are to be sent, None where nothing is; names are looked up when it is sent.

    `private_hosts` may be called by http, and at addresses that are not public, where they are written so.
    """
    parts = _parts(url)
    if parts is None or not parts.hostname or parts.scheme not in ("http", "https"):
        return "Give an address like https://example.com/hooks."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "Leave out user, password and what is behind a #: a signature tells who calls."
    if is_named(parts, private_hosts):
        return None
    literal = literal_in(parts.hostname)
    if parts.scheme != "https" or (literal is not None and not is_public(literal)):
        return "Give an address of https that is public; others have to be named in WEBHOOK_PRIVATE_HOSTS."
    return None


def is_named(parts: SplitResult, hosts: Collection[str]) -> bool:
    """Whether the host of an address is one of these, as the address writes it, with its port or without."""
    return bool({parts.hostname, parts.netloc.lower()} & set(hosts))


def _parts(url: str) -> SplitResult | None:
    if not url.isascii() or any(letter <= " " or letter in '\\"<>^`{|}\x7f' for letter in url):
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None
