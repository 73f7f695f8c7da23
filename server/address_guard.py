"""Where events may be sent: the addresses of a name are looked up once, all checked, and a checked one is called."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection
from ipaddress import ip_address
from typing import Any, TypeVar

from rules.addresses import is_public, literal_in

P = TypeVar("P", bound=asyncio.Protocol)
Lookup = Callable[[str, int], Awaitable[list[str]]]
Network = Callable[..., Awaitable[Any]]  # as the event loop's create_connection
MOST_ADDRESSES = 4
CONNECT_SECONDS = 3.0  # for an address, where there is another


class UnknownName(ConnectionError):
    """Nobody knows a name."""


class ForbiddenAddress(ConnectionError):
    """A name stands for an address that is not public."""


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them."""
    literal = literal_in(host)
    if literal is not None:
        return [str(literal)]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def connect_to_address(protocol: Callable[[], P], address: str, port: int, **tls: Any) -> tuple[Any, P]:
    """A connection to an address, which needs no look-up."""
    return await asyncio.get_running_loop().create_connection(protocol, address, port, **tls)


class AddressGuard:
    """Connects to hosts with public addresses alone, and to the hosts that are named as private ones.

    Between the check and the connection there is no second look-up: what is called is the address that was checked.
    """

    def __init__(
        self, private_hosts: Collection[str] = (), lookup: Lookup = look_up, network: Network = connect_to_address
    ) -> None:
        self._private = frozenset(private_hosts)
        self._lookup = lookup
        self._network = network

    async def connect(self, protocol: Callable[[], P], host: str, port: int, trusted: ssl.SSLContext | None) -> P:
        """A connection to the first address that answers, with TLS of the host where it says who is `trusted`.

        ForbiddenAddress where any of the addresses is not public, UnknownName where there is none.
        """
        tls = {"ssl": trusted, "server_hostname": host} if trusted else {}
        *others, last = (await self.checked(host, port))[:MOST_ADDRESSES]
        for address in others:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return (await self._network(protocol, address, port, **tls))[1]
            except ssl.SSLError:
                raise
            except OSError:
                continue  # nobody is there, and somebody may be at the next
        return (await self._network(protocol, last, port, **tls))[1]

    async def checked(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of them allowed."""
        try:
            addresses = await self._lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise UnknownName(host) from error
        if not addresses:
            raise UnknownName(host)
        is_private = bool(self._private & {host.lower(), f"{host.lower()}:{port}", f"[{host.lower()}]:{port}"})
        if not is_private and not all(is_public(ip_address(address.partition("%")[0])) for address in addresses):
            raise ForbiddenAddress(host)
        return addresses
