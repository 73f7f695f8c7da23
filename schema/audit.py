"""The audit trail: who changed what, when and from where."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models.audit import AuditSource
from resolvers.audit import AuditConditions, AuditQuestion, changes_told, list_audit
from resolvers.operation.paging import PageArguments
from resolvers.operation.viewer import Role
from schema.arguments import After, DateRange, First, Info, about, given, said
from schema.connections import Words, connection
from schema.exports import export_url
from schema.of_customer import customer_of
from schema.scalars import BigInt

if TYPE_CHECKING:
    pass

strawberry.enum(AuditSource, description="From where a change came.")


@strawberry.type(description="A field that changed. A personal value is named, never kept: both sides are null.")
class AuditChange:
    """A field that changed."""

    field: str = about("Which field; of a further object of the same write after that one's id and a dot.")
    before: str | None = about("What it was; null where there was nothing, or where it is personal.")
    after: str | None = about("What it is since; null where there is nothing, or where it is personal.")
    is_personal: bool = about("Whether it is a personal value.")


@strawberry.type(description="One write, by whom and what it changed; the entries of one request share `requestId`.")
class AuditEntry:
    """One write."""

    global_id: strawberry.ID = about("The opaque id.", "id")
    at: datetime = about("When it was.")
    actor: str = about("The subject of the token, the command, or `customer`.")
    role: Role = about("With which rights it was done.")
    source: AuditSource = about("From where it came.")
    action: str = about("What was done, as the mutation or the command is called.")
    subject: strawberry.ID | None = about("The id of what was changed first.")
    customer: Any = customer_of("Whose record it was about; null where it was about none or several.", may_be_null=True)

    @strawberry.field(description="What changed, field by field.", graphql_type=list[AuditChange])
    @staticmethod
    def changes(root: strawberry.Parent[Any]) -> Any:
        """The changes."""
        return changes_told(root)

    request_id: str | None = about("The request that it was part of.")
    data_revision: BigInt = about("The data revision that it made.")


AuditConnection = connection(
    AuditEntry,
    Words("A page of the audit trail, newest first.", "write"),
    name="Audit",
    exported_by=export_url(),
    is_counted=False,
)


@strawberry.input(description="Which entries; what is given must all hold.")
class AuditFilter:
    """Which entries."""

    customer: strawberry.ID | None = strawberry.field(default=None, description="About this customer alone.")
    actor: str | None = strawberry.field(default=None, description="By this actor.")
    action: str | None = strawberry.field(default=None, description="Of this action.")
    source: AuditSource | None = strawberry.field(default=None, description="From there.")
    period: DateRange | None = strawberry.field(default=None, description="Of these business days.")


@strawberry.type
class AuditQueries:
    """Who changed what."""

    @strawberry.field(description="What was changed, the newest first.", graphql_type=AuditConnection)
    @staticmethod
    async def audit_trail(
        info: Info,
        first: First = None,
        after: After = None,
        filter: Annotated[AuditFilter | None, said("Which entries.")] = None,
    ) -> Any:
        """What was changed."""
        question = AuditQuestion(AuditConditions(**given(filter)))
        return await list_audit(info.context, question, PageArguments(first, after))
