"""Who holds connections to this process: how many at all, of one address, and of those that have said nothing yet."""

from dataclasses import dataclass
from enum import StrEnum
from time import monotonic

import structlog

from server.addresses import TrustedProxies, address_group
from server.http.shares import Shares
from server.watching.metrics import CONNECTIONS, REFUSED_CONNECTIONS

log = structlog.get_logger()

SAID_EVERY_SECONDS = 60
RETRY_AFTER_SECONDS = 5


class Crowding(StrEnum):
    """Of what there are too many."""

    PROCESS = "process"
    ADDRESS = "address"
    SILENT = "silent"

    @property
    def status(self) -> int:
        """How HTTP says so."""
        return 503 if self is Crowding.PROCESS else 429

    @property
    def message(self) -> str:
        """What a caller is told."""
        return {
            Crowding.PROCESS: "too many connections to this server: try again later",
            Crowding.ADDRESS: "too many connections of one address: try again later",
            Crowding.SILENT: "too many connections of one address that ask for nothing: try again later",
        }[self]


@dataclass(frozen=True)
class ConnectionLimits:
    """How many connections a process holds, how many are of one address, and how long one may say nothing."""

    connections: int = 1_000
    per_address: int = 250
    silent_per_address: int = 100
    head_seconds: float = 10.0


class Crowded(Exception):
    """There is no place for one more connection."""

    def __init__(self, crowding: Crowding) -> None:
        super().__init__(crowding.message)
        self.crowding = crowding


class Connections:
    """The connections of this process. Those of a trusted proxy are many callers': its address has no share."""

    def __init__(self, limits: ConnectionLimits, proxies: TrustedProxies) -> None:
        self.limits = limits
        self.open = 0
        self._proxies = proxies
        self._by_address = Shares(limits.per_address)
        self._silent = Shares(limits.silent_per_address)
        self._said_at = float("-inf")

    def place(self, peer: str | None) -> "Place":
        """A place for a connection that says nothing yet; Crowded where there is none."""
        if self.open >= self.limits.connections:
            raise self._crowded(Crowding.PROCESS)
        if peer is None or peer in self._proxies:
            return Place(self)
        address = address_group(peer)
        if not self._by_address.take(address):
            raise self._crowded(Crowding.ADDRESS)
        if not self._silent.take(address):
            self._by_address.give_back(address)
            raise self._crowded(Crowding.SILENT)
        return Place(self, address)

    def heard(self, address: str | None) -> None:
        """One of this address that was silent is no more."""
        if address is not None:
            self._silent.give_back(address)

    def left(self, address: str | None) -> None:
        """One of this address has ended."""
        if address is not None:
            self._by_address.give_back(address)

    def _crowded(self, crowding: Crowding) -> Crowded:
        REFUSED_CONNECTIONS.labels(crowding.value).inc()
        if monotonic() - self._said_at >= SAID_EVERY_SECONDS:
            self._said_at = monotonic()
            log.warning("connections refused", too_many_of=crowding.value)
        return Crowded(crowding)


class Place:
    """The place of one connection, of the address that has a share in it."""

    def __init__(self, connections: Connections, address: str | None = None) -> None:
        self._connections = connections
        self._address = address
        self._is_silent = self._is_held = True
        connections.open += 1
        CONNECTIONS.inc()

    def heard(self) -> None:
        """It has asked for something."""
        if self._is_silent:
            self._is_silent = False
            self._connections.heard(self._address)

    def leave(self) -> None:
        """It has ended."""
        self.heard()
        if self._is_held:
            self._is_held = False
            self._connections.left(self._address)
            self._connections.open -= 1
            CONNECTIONS.dec()
