"""Links to what came of jobs as files: signed, of one job, good for ten minutes."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from models.database import Database
from models.jobs import file_of_job, files_of_jobs
from models.revision import installation
from resolvers.links import EXPIRED, FOREIGN, LIFETIME, OTHER_CLOCKS, REVOKED, TAMPERED, LinkRefused
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id, key_of
from resolvers.operation.services import Services
from resolvers.operation.signing import Signing, Tampered, UnknownLinkKey

PATH = "/jobs/"
GONE = "the file is kept for seven days, and is gone: ask again for what it held"


@dataclass(frozen=True)
class JobFileContent:
    """A file that came of a job."""

    name: str
    media_type: str
    content: bytes


async def file_url_by_job(context: Context, ids: Sequence[int], _: Any) -> list[str | None]:
    """The address of the file of each job, None where it has none."""
    rows = await context.reader.rows(files_of_jobs(), ids=list(ids))
    urls = {row.job_id: await _url(context, row) for row in rows}
    return [urls.get(id_) for id_ in ids]


async def _url(context: Context, row: Any) -> str:
    claims = {
        "iat": context.clock().timestamp(),
        "business": global_id("Business", context.viewer.business_id),
        "epoch": (await context.business()).row.epoch,
        "job": global_id("Job", row.job_id),
        "file": row.name,
    }
    return f"{PATH}{row.name}?token={context.services.signing.token(claims)}"


async def job_file_behind(services: Services, file_name: str, token: str, now: datetime) -> JobFileContent:
    """The file that a link opens; LinkRefused where it does not hold."""
    claims = _claims(services.signing, token)
    made_at = datetime.fromtimestamp(claims["iat"], UTC)
    if made_at + LIFETIME <= now:
        raise LinkRefused(EXPIRED.format(made_at + LIFETIME))
    if claims.get("file") != file_name or made_at > now + OTHER_CLOCKS:
        raise LinkRefused(TAMPERED)
    try:
        business_id, job_id = key_of(str(claims["business"]), "Business"), key_of(str(claims["job"]), "Job")
    except (KeyError, BadUserInput):
        raise LinkRefused(TAMPERED) from None
    return await _read(services.database, business_id, job_id, claims.get("epoch"))


def _claims(signing: Signing, token: str) -> dict[str, Any]:
    try:
        claims = signing.claims(token)
    except UnknownLinkKey:
        raise LinkRefused(REVOKED) from None
    except Tampered:
        raise LinkRefused(TAMPERED) from None
    if "iat" not in claims or "job" not in claims:  # a link to something else
        raise LinkRefused(TAMPERED)
    return claims


async def _read(database: Database, business_id: int, job_id: int, epoch: Any) -> JobFileContent:
    async with database.reading(business_id) as connection:
        if (await connection.execute(select(installation.c.epoch))).scalar_one() != epoch:
            raise LinkRefused(FOREIGN)
        found = await connection.execute(file_of_job(), {"business": business_id, "id": job_id})
        row = found.one_or_none()
    if row is None:
        raise LinkRefused(GONE)
    return JobFileContent(row.name, row.media_type, b64decode(row.content))
