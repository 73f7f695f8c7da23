"""PostgreSQL itself shows a row to its business alone, behind the statements that ask for no others."""

from alembic import op

from models.tenancy import THE_BUSINESS, guard, unguard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "business",
    "audit_entry",
    "customer",
    "customer_tag",
    "external_id",
    "import_run",
    "payment",
    "refund",
    "sale",
    "sale_item",
    "sale_status_change",
    "storefront",
    "touchpoint",
)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        # A policy keeps the search from its index, since `@@` could leak what it compares. A view asks as its owner;
        # its condition is a subquery so that the planner does not take it for the policy's own.
        op.execute(
            "CREATE VIEW customer_search AS SELECT id, search_name, search_contact FROM customer"
            f" WHERE business_id = (SELECT {THE_BUSINESS})"
        )
        guard(op.get_bind(), TABLES)


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        unguard(op.get_bind(), TABLES)
        op.execute("DROP VIEW customer_search")
