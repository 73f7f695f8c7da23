"""All that is kept about one person, as a file: by a job, or at once."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, insert

from models.erasure import records_of
from models.jobs import JobKind, JobStatus, job_file
from models.personal import tables_of_person
from resolvers.held_jobs import HeldJob, end_job
from resolvers.identities import customer_named
from resolvers.job_rows import new_job
from resolvers.jobs import job_by_id
from resolvers.operation.auditing import as_text
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.writing import Write
from rules.personal_files import zipped
from rules.refusals import NotAllowed
from rules.words import in_contract


@dataclass(frozen=True)
class ExportCustomer:
    """A customer, all of whose data is gathered."""

    customer_id: int


@dataclass(frozen=True)
class ExportBegun:
    """The job that gathers it."""

    job_id: int


async def begin_person_export(context: Context, customer_id: int) -> Any:
    """Begin a job that gathers all that is kept about a customer; the job, or a refusal as a member of the result."""
    done = await context.write(export_customer, ExportCustomer(customer_id))
    return await context.load(job_by_id, done.job_id) if isinstance(done, ExportBegun) else done


async def export_customer(write: Write, asked: ExportCustomer) -> ExportBegun:
    """Begin the job, which is no change of the business's data."""
    row = await customer_named(write, asked.customer_id, ("id",))
    return ExportBegun(await new_job(write, JobKind.PERSON_EXPORT, customer_id=row.id, total=1))


# ---------------------------------------------------------------- the job itself


async def do_person_export(services: Services, held: HeldJob, clock: Callable[[], datetime]) -> bool:
    """Do such a job to its end, in the transaction that keeps its file."""
    async with held.writing(services, clock) as (write, row):
        came: dict[str, Any] = {"status": JobStatus.CANCELLED} if row.is_cancelled else await _file_kept(write, row)
        await end_job(write, row, **came)
    return False


async def _file_kept(write: Write, row: Any) -> dict[str, Any]:
    try:
        content = await person_file(write, row.customer_id)
    except NotAllowed as refusal:  # erased or merged since it was asked for
        return {"status": JobStatus.FAILED, "error": refusal.message}
    file = {"name": f"customer-{row.id}.zip", "media_type": "application/zip", "made_at": write.now}
    kept = {"job_id": row.id, "business_id": write.business_id, "content": b64encode(content).decode()}
    await write.connection.execute(insert(job_file).values({**kept, **file}))
    return {"status": JobStatus.DONE, "done": 1}


async def person_file(write: Write, customer_id: int) -> bytes:
    """All that is kept about a customer and the records merged into it, as a zip of JSON and CSV."""
    row = await customer_named(write, customer_id, ("id",))
    ids = [record.id for record in await write.rows(records_of(), id=row.id)]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for source, statement in tables_of_person().items():
        found = await write.rows(statement, ids=ids)
        columns = [source.c[name] for name in statement.selected_columns.keys()]  # noqa: SIM118  of a collection
        kinds[in_contract(source.name)] = [_shown(columns, row._mapping, write.exponent) for row in found]
    return zipped(kinds)


def _shown(columns: list[Column[Any]], row: Mapping[str, Any], exponent: int) -> dict[str, Any]:
    """A row as a person reads it: ids as everywhere, amounts with their decimals, days as dates."""
    return dict(_cell(column, row[column.name], exponent) for column in columns)


def _cell(column: Column[Any], value: Any, exponent: int) -> tuple[str, Any]:
    kind = _kind_of(column)
    if kind is not None:
        return in_contract(column.name.removesuffix("_id")), None if value is None else global_id(kind, value)
    plain = value if isinstance(value, bool) else as_text(column.type, value, exponent)
    return in_contract(column.name), plain


def _kind_of(column: Column[Any]) -> str | None:
    """What a column holds the key of, None for other columns."""
    keys = [key.column.table.name for key in column.foreign_keys]
    if column.name == "id":
        keys = [column.table.name]
    elif not keys and column.name == "customer_id":
        keys = ["customer"]
    return "".join(word.capitalize() for word in keys[0].split("_")) if keys else None
