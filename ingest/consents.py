"""The consents that an import brings: events, by the rules of every write."""

from collections.abc import Mapping
from typing import Any

from models.consents import consent_event, consents_said_by
from resolvers.consents import Contact, withdrawn_before
from resolvers.operation.writing import Write
from rules.consents import CONTACTS, ConsentChannel, ConsentSource, ConsentStatus, may_raise

COLUMNS = {channel: f"consent_{channel.lower()}" for channel in ConsentChannel}
EVENT = (
    "business_id", "customer_id", "channel", "status", "at", "recorded_at", "source", "actor", "revision",
)  # fmt: skip


async def drop_what_may_not_be_given(write: Write, rows: Mapping[int, Any], profiles: Mapping[int, Any]) -> None:
    """Leave out of profiles, by customer, consents that somebody withdrew; `rows` are those who are stored already.

    One without a contact is kept: it is used once there is one.
    """
    wanted = [(id_, channel) for id_ in profiles for channel in COLUMNS if profiles[id_].get(COLUMNS[channel])]
    if not wanted:
        return
    events = await write.rows(consents_said_by(), ids=[id_ for id_, _ in wanted if id_ in rows])
    asked = {(event.customer_id, event.channel) for event in events}
    contacts = {(id_, channel): _contact(channel, rows.get(id_), profiles[id_]) for id_, channel in wanted}
    withdrawn = await withdrawn_before(write, {contact for contact in contacts.values() if contact[1]})
    for id_, channel in wanted:
        said_no = (id_, channel) in asked and not getattr(rows[id_], COLUMNS[channel])
        last = ConsentStatus.WITHDRAWN if said_no else None
        if not may_raise(last, was_withdrawn=contacts[id_, channel] in withdrawn):
            del profiles[id_][COLUMNS[channel]]


def _contact(channel: ConsentChannel, row: Any, profile: Mapping[str, Any]) -> Contact:
    name = CONTACTS.get(channel)
    if name is None:
        return channel, ""
    return channel, profile.get(name) or getattr(row, name, None) or ""


async def write_events(write: Write, changes: Mapping[int, Mapping[str, Any]], *, is_new: bool) -> None:
    """Write what the consents among some customers' new values say; a new customer's `no` is nobody's word."""
    same = (write.now, write.now, ConsentSource.IMPORT, write.actor.name, write.revision)
    events = [
        (write.business_id, id_, channel, ConsentStatus.GIVEN if given else ConsentStatus.WITHDRAWN, *same)
        for id_, values in changes.items()
        for channel, column in COLUMNS.items()
        if (given := values.get(column)) or (given is not None and not is_new)
    ]
    await write.insert_many(consent_event, EVENT, events)
