"""The events of a write, which leave for the shop's other systems with the transaction that made them true."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from models.events import event
from models.rows_in_bulk import NewRows
from rules.events import MOST_BYTES

OF_ENVELOPE = 500  # bytes of a body beside its data: type, moment, two ids


class Outbox:
    """The events that a write tells of its business, numbered when they are taken to be written."""

    def __init__(self, business: Any) -> None:
        self.last_event: int = business.last_event
        self._business_id: int = business.id
        self._told: list[tuple[str, int | None, Mapping[str, Any]]] = []

    def __len__(self) -> int:
        return len(self._told)

    def tell(self, kind: str, customer_id: int | None, data: Mapping[str, Any]) -> None:
        """Keep an event until it is written."""
        self._told.append((kind, customer_id, data))

    def forget_from(self, place: int) -> None:
        """Forget those that were told since there were so many."""
        del self._told[place:]

    def taken(self, now: datetime, revision: int) -> NewRows:
        """What was told, numbered in its order, to be written now."""
        rows = [
            {
                "business_id": self._business_id,
                "sequence": self.last_event + place,
                "type": kind,
                "occurred_at": now,
                "customer_id": customer_id,
                "data": _thin(kind, {**data, "revision": revision}),
                "revision": revision,
            }
            for place, (kind, customer_id, data) in enumerate(self._told, start=1)
        ]
        self.last_event += len(rows)
        self._told.clear()
        return NewRows.of(event, rows)


def _thin(kind: str, data: Mapping[str, Any]) -> str:
    """The data of an event as it is kept."""
    kept = orjson.dumps(data)
    if len(kept) > MOST_BYTES - OF_ENVELOPE:
        raise ValueError(f"an event {kind} of {len(kept):,} bytes: tell of ids and figures")
    return kept.decode()
