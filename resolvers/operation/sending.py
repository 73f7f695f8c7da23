"""What is sent to an endpoint, and who sends it: a process that serves has a courier."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from standardwebhooks import Webhook

from rules.webhooks import Attempt


@dataclass(frozen=True)
class Parcel:
    """A body for an endpoint, with what it is signed by."""

    id: str  # the same at every try
    url: str
    body: str
    secrets: tuple[str, ...]

    def headers(self, at: datetime) -> dict[str, str]:
        """The headers of a try."""
        signatures = (Webhook(secret).sign(self.id, at.astimezone(UTC), self.body) for secret in self.secrets)
        return {
            "webhook-id": self.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


class Courier(Protocol):
    """Sends parcels, one try each; it may call `private_hosts` though they are not public."""

    @property
    def private_hosts(self) -> frozenset[str]:
        """Hosts, as an address writes them."""
        ...

    async def send(self, parcel: Parcel, *, seconds: float) -> Attempt:
        """Try once, for so long at most."""
        ...


class NoCourier:
    """Of a process that sends nothing."""

    private_hosts: frozenset[str] = frozenset()

    async def send(self, parcel: Parcel, *, seconds: float) -> Attempt:
        """Nothing is sent."""
        raise RuntimeError(f"this process sends nothing to {parcel.url}")
