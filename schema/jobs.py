"""Jobs: work that outlasts a request."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from models.jobs import JobKind, JobStatus
from resolvers.job_files import file_url_by_job
from resolvers.jobs import cancel_job, job_by_id, list_jobs, steps_by_job
from resolvers.nights import begin_maintenance
from resolvers.operation.ids import key_of
from resolvers.operation.paging import PageArguments
from schema.arguments import After, First, Info, about, said
from schema.connections import Words, connection
from schema.execution.lookups import looked_up
from schema.nodes import Node
from schema.refusals import InvalidInput, NotAllowed, NotFound

strawberry.enum(JobKind, description="What a job does.")
strawberry.enum(JobStatus, description="How far a job, or a step of one, is.")


@strawberry.type(description="A step of a job.")
class JobStep:
    """A step of a job."""

    name: str = about("What it does.")
    status: JobStatus = about("How far it is.")
    done: int = about("How many it has done.")
    started_at: datetime | None = about("When it began.")
    finished_at: datetime | None = about("When it ended.")
    error: str | None = about("Why it failed.")


@strawberry.type(description="Work that outlasts a request.")
class Job(Node):
    """Work that outlasts a request."""

    kind: JobKind = about("What it does.")
    status: JobStatus = about("How far it is.")
    business_day: date | None = about("The business day that it is for, where it is for one.", "businessDate")
    started_by: str = about("Who began it, or `schedule`.")
    created_at: datetime = about("When it was asked for.")
    started_at: datetime | None = about("When it began.")
    finished_at: datetime | None = about("When it ended.")
    done: int = about("How many it has done.")
    total: int | None = about("How many there are; null where that is not known.")
    error: str | None = about("Why it failed.")
    steps: Any = looked_up(steps_by_job, list[JobStep], "Its steps in their order.")
    result_url: Any = looked_up(
        file_url_by_job,
        str | None,
        "What came of it as a file: a link for ten minutes, made anew at each asking; null where there is none.",
    )


JobConnection = connection(Job, Words("A page of jobs, newest first.", "job"), is_counted=False)
JobResult = Annotated[
    Job | NotFound | InvalidInput | NotAllowed,
    strawberry.union("JobResult", description="The job, or why nothing was changed."),
]


@strawberry.type
class JobsQueries:
    """Jobs of the business."""

    @strawberry.field(description="One's own job; any to ADMIN. Null where there is none.", graphql_type=Job | None)
    @staticmethod
    async def job(info: Info, id: Annotated[strawberry.ID, said("Which job.")]) -> Any:
        """One job."""
        return await info.context.load(job_by_id, key_of(id, "Job"))

    @strawberry.field(description="The jobs of the business, newest first.", graphql_type=JobConnection)
    @staticmethod
    async def jobs(
        info: Info,
        first: First = None,
        after: After = None,
        kind: Annotated[JobKind | None, said("Only those that do this.")] = None,
    ) -> Any:
        """The jobs of the business."""
        return await list_jobs(info.context, kind, PageArguments(first, after))


@strawberry.type
class JobsMutations:
    """Beginning and ending jobs."""

    @strawberry.mutation(
        description="Runs the nightly pass at once, for the business day that is due; answers the one that runs, or "
        "where nothing is due the last.",
        graphql_type=JobResult,
    )
    @staticmethod
    async def run_maintenance(info: Info) -> Any:
        """Run the nightly pass."""
        return await begin_maintenance(info.context)

    @strawberry.mutation(description="Ends a job between two batches; what is done stays done.", graphql_type=JobResult)
    @staticmethod
    async def cancel_job(info: Info, id: Annotated[strawberry.ID, said("Which job.")]) -> Any:
        """End a job."""
        return await cancel_job(info.context, key_of(id, "Job"))
