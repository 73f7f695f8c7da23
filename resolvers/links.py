"""Links to exports: signed, of one business, one viewer's rights and one question, good for ten minutes.

A link is computed as of the moment that it was made: what the screen showed is what the file holds, also past midnight.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from resolvers.exports import BY_NAME, Export
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput, Forbidden
from resolvers.operation.ids import global_id, key_of
from resolvers.operation.signing import Signing, Tampered, UnknownLinkKey
from resolvers.operation.viewer import Role, Viewer
from rules.exports import ExportDetail, ExportFormat

LIFETIME = timedelta(minutes=10)
OTHER_CLOCKS = timedelta(seconds=10)
PATH = "/exports/"

TAMPERED = "the link is not as it was made: a part of it is missing or was changed"
REVOKED = "the link was revoked: it was signed with a key that is not in use any more; ask for a new one"
EXPIRED = "the link expired at {:%Y-%m-%d %H:%M:%S} UTC: links are good for ten minutes; ask for a new one"
FOREIGN = "the link is for another installation, or for the time before a backup was restored here; ask for a new one"
OTHER_BUSINESS = "the link is for another business than the token that came with it"


class LinkRefused(Forbidden):
    """A link that opens nothing; the message says why."""


@dataclass(frozen=True)
class Link:
    """What a link that holds says: who may have which export, as of when, in the store of which epoch."""

    viewer: Viewer
    epoch: str
    export: Export
    file_name: str
    made_at: datetime


async def export_url(context: Context, export: Export) -> str:
    """The address of an export with the rights of who asks; BadUserInput where there is no such part."""
    business = await context.business()
    export.check(business.today)
    link = Link(context.viewer, business.row.epoch, export, export.file_name(business.today), context.now)
    return f"{PATH}{link.file_name}?token={context.services.signing.token(_claims(link))}"


def _claims(link: Link) -> dict[str, Any]:
    viewer, export = link.viewer, link.export
    return {
        "iat": link.made_at.timestamp(),
        "business": global_id("Business", viewer.business_id),
        "epoch": link.epoch,
        "sub": viewer.subject,
        "role": viewer.role.value,
        "pii": viewer.pii,
        "customer": None if viewer.customer_id is None else global_id("Customer", viewer.customer_id),
        "report": export.of.name,
        "asked": export.of.adapter.dump_python(export.asked, mode="json"),
        "format": export.format.value,
        "detail": export.detail.value,
        "part": export.part,
        "columns": export.columns,
        "file": link.file_name,
    }


def read_link(signing: Signing, file_name: str, token: str, now: datetime) -> Link:
    """What a link says; LinkRefused where it does not hold."""
    try:
        claims = signing.claims(token)
        made_at = datetime.fromtimestamp(claims["iat"], UTC)
    except UnknownLinkKey:
        raise LinkRefused(REVOKED) from None
    except (Tampered, KeyError):
        raise LinkRefused(TAMPERED) from None
    if made_at + LIFETIME <= now:
        raise LinkRefused(EXPIRED.format(made_at + LIFETIME))
    if claims.get("file") != file_name or made_at > now + OTHER_CLOCKS:
        raise LinkRefused(TAMPERED)
    return _link(claims, made_at)


def _link(claims: dict[str, Any], made_at: datetime) -> Link:
    try:
        asked = BY_NAME[claims["report"]].adapter.validate_python(claims["asked"])
        columns = None if claims["columns"] is None else tuple(map(str, claims["columns"]))
        detail = ExportDetail(claims["detail"])
        export = Export(asked, ExportFormat(claims["format"]), detail, claims["part"], columns)
        role = Role(claims["role"])
        business, customer = key_of(str(claims["business"]), "Business"), claims["customer"]
        customer_id = None if customer is None else key_of(str(customer), "Customer")
        viewer = Viewer(claims["sub"], role, business, customer_id, claims["pii"])
        return Link(viewer, claims["epoch"], export, claims["file"], made_at)
    except (KeyError, ValueError, BadUserInput):  # of another version of the server, whose questions were others
        raise LinkRefused(REVOKED) from None
