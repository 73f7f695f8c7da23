"""Where events may be sent: the addresses of a name are looked up once, all checked, and a checked one is called."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable
from ipaddress import ip_address
from typing import Any

import httpcore

from rules.addresses import is_public, literal_in

Lookup = Callable[[str, int], Awaitable[list[str]]]
MOST_ADDRESSES = 4
NETWORK: Any = httpcore.AnyIOBackend


class UnknownName(httpcore.ConnectError):
    """Nobody knows a name."""


class ForbiddenAddress(httpcore.ConnectError):
    """A name stands for an address that is not public."""


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them."""
    literal = literal_in(host)
    if literal is not None:
        return [str(literal)]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class AddressGuard(httpcore.AsyncNetworkBackend):
    """Connects to hosts with public addresses alone, and to the hosts that are named as private ones.

    Between the check and the connection there is no second look-up: what is called is the address that was checked.
    The name goes along for TLS and as Host, which this does not touch.
    """

    def __init__(
        self,
        private_hosts: Collection[str] = (),
        lookup: Lookup = look_up,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._private = frozenset(private_hosts)
        self._lookup = lookup
        self._network: httpcore.AsyncNetworkBackend = network or NETWORK()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  as the interface has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers; ForbiddenAddress where any of them is not public."""
        failed: httpcore.ConnectError | None = None
        for address in (await self.checked(host, port))[:MOST_ADDRESSES]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failed = error
        raise failed or UnknownName(host)

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
