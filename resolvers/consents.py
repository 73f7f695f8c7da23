"""Consents of customers: which contacts said no before, and what every way of writing a consent shares."""

from collections.abc import Iterable

from models.erasure import contacts_withdrawn
from resolvers.operation.writing import Write
from rules.consents import ConsentChannel

Contact = tuple[ConsentChannel, str]  # by which channel, and the e-mail or phone


def digest_of_contact(write: Write, contact: Contact) -> str:
    """What is kept of a contact whose owner was erased."""
    channel, value = contact
    return write.digest("withdrawn", channel, value)


async def withdrawn_before(write: Write, contacts: Iterable[Contact]) -> set[Contact]:
    """Those of some contacts that somebody erased had withdrawn."""
    digests = {digest_of_contact(write, contact): contact for contact in contacts}
    if not digests:
        return set()
    found = await write.rows(contacts_withdrawn(), digests=list(digests))
    return {digests[row.digest] for row in found}
