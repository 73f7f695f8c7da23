"""PostgreSQL's own guard of what belongs to whom, behind the one in the statements.

What is done for a business is done as a role that owns nothing and sees the rows of the setting `app.business` alone,
none without it. What is done for the installation (migrations, backups, the list of businesses) is done as the user of
DATABASE_URL. Where that user may make no role it is bound itself, and says by `app.every_business` when it means all.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

OF_BUSINESS = "of_business"  # the policy whose role is the one that works for businesses
OF_INSTALLATION = "of_installation"
SUFFIX = "_business"
LONGEST_NAME = 63  # bytes of a name in PostgreSQL
NO_ROLE = "none"
ONLY_READ = ("installation", "customer_search")  # of no business, or guarded by what it is
RIGHTS = {
    "business": "SELECT, UPDATE",  # it is made and removed by the installation
    "audit_entry": "SELECT, INSERT",  # what was written there stays
    "loyalty_entry": "SELECT, INSERT",
}

THE_BUSINESS = "nullif(current_setting('app.business', true), '')::bigint"
# A sum, which no index serves: without statistics the planner would read a whole index of the business for one sale.
# A subquery, since the setting would be read for every row of a scan.
OWN_ROWS = f"business_id + 0 = (SELECT {THE_BUSINESS})"
EVERY_BUSINESS = "current_setting('app.every_business', true) = 'on'"

ROLE = f"""SELECT coalesce(r.rolname, '{NO_ROLE}') FROM pg_policy p LEFT JOIN pg_roles r ON r.oid = ANY (p.polroles)
    WHERE p.polrelid = to_regclass('business') AND p.polname = '{OF_BUSINESS}'"""
FOR_INSTALLATION = "SET LOCAL app.every_business = 'on'"


def for_business(role: str, business_id: int) -> tuple[str, str]:
    """What makes a transaction that of a business: statements that go along with its BEGIN."""
    return f"SET LOCAL ROLE {_role_text(role)}", f"SET LOCAL app.business = '{int(business_id)}'"


def for_businesses(role: str) -> str:
    """What makes a whole connection one for businesses; `for_next` says which."""
    return f"SET ROLE {_role_text(role)}"


def for_next(business_id: int) -> str:
    """What makes such a connection that of a business until the next."""
    return f"SET app.business = '{int(business_id)}'"


def _role_text(role: str) -> str:
    return "NONE" if role == NO_ROLE else _quoted(role)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ---------------------------------------------------------------- for migrations


def guard(connection: Connection, tables: Sequence[str] = ()) -> None:
    """Show the rows of these tables to their business alone: for every migration that makes a table of a business.

    Where there was no role so far and one can be made, all tables that are guarded already get it too.
    """
    role = role_of(connection)
    if role is None:
        role, tables = _role_made(connection), [*tables, *guarded(connection)]
    for name in tables:
        _guard(connection, role, name)
    if role is not None:
        _grant(connection, role, tables)


def unguard(connection: Connection, tables: Sequence[str]) -> None:
    """Undo `guard`. The role stays: roles are the server's, and a copy of this database may work with it."""
    role = role_of(connection)
    for name in tables:
        _run(connection, f"DROP POLICY {OF_BUSINESS} ON {name}", f"DROP POLICY {OF_INSTALLATION} ON {name}")
        _run(connection, f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    if role is not None:
        last = () if guarded(connection) else ONLY_READ
        _run(connection, *(f"REVOKE ALL ON {name} FROM {_quoted(role)}" for name in (*tables, *last)))


def guarded(connection: Connection) -> list[str]:
    """The tables whose rows are shown to their business alone."""
    statement = "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = :policy ORDER BY 1"
    return list(connection.execute(text(statement), {"policy": OF_BUSINESS}).scalars())


def role_of(connection: Connection) -> str | None:
    """The role that works for businesses, None where there is none."""
    role = connection.execute(text(ROLE)).scalar_one_or_none()
    return None if role == NO_ROLE else role


def weakness(connection: Connection) -> str | None:
    """What the guard of a current database is without its role, None where it has one."""
    if role_of(connection) is not None:
        return None
    bypasses = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    if connection.execute(text(bypasses)).scalar_one():
        return "it does not bind this user, and there is no role that it binds"
    return (
        "it binds this user itself, since there is no role for it: searches read all customers, and the audit can be"
        " changed"
    )


def _guard(connection: Connection, role: str | None, name: str) -> None:
    _run(connection, f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    own = f"id = {THE_BUSINESS}" if name == "business" else OWN_ROWS
    policies = {
        OF_BUSINESS: (_quoted(role) if role else "PUBLIC", own),
        OF_INSTALLATION: (_owner_of(connection, name), "true") if role else ("PUBLIC", EVERY_BUSINESS),
    }
    for policy, (whose, rows) in policies.items():
        _run(connection, f"DROP POLICY IF EXISTS {policy} ON {name}")
        _run(connection, f"CREATE POLICY {policy} ON {name} TO {whose} USING ({rows})")


def _grant(connection: Connection, role: str, tables: Sequence[str]) -> None:
    schema, is_open = connection.execute(
        text("SELECT current_schema(), has_schema_privilege(:role, current_schema(), 'USAGE')"), {"role": role}
    ).one()
    if not is_open:
        _run(connection, f"GRANT USAGE ON SCHEMA {_quoted(schema)} TO {_quoted(role)}")
    _run(connection, *(f"GRANT SELECT ON {name} TO {_quoted(role)}" for name in ONLY_READ))
    for name in tables:
        allowed = RIGHTS.get(name, "SELECT, INSERT, UPDATE, DELETE")
        _run(connection, f"GRANT {allowed} ON {name} TO {_quoted(role)}")
        _run(connection, *(f"GRANT USAGE ON {s} TO {_quoted(role)}" for s in _sequences_of(connection, name)))


def _sequences_of(connection: Connection, name: str) -> list[str]:
    statement = """SELECT c.oid::regclass::text FROM pg_class c JOIN pg_depend d ON d.objid = c.oid
        WHERE c.relkind = 'S' AND d.deptype IN ('a', 'i') AND d.refobjid = to_regclass(:name)"""
    return list(connection.execute(text(statement), {"name": name}).scalars())


def _owner_of(connection: Connection, name: str) -> str:
    statement = "SELECT relowner::regrole::text FROM pg_class WHERE oid = to_regclass(:name)"
    return connection.execute(text(statement), {"name": name}).scalar_one()


def _role_made(connection: Connection) -> str | None:
    """The role, made where there is none and taken on to see that it can be; None where the user may not."""
    name = _role_name(connection)
    known = connection.execute(
        text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :name"), {"name": name}
    ).scalar_one_or_none()
    if known or not (known is False or _is_done(connection, f"CREATE ROLE {_quoted(name)} NOLOGIN")):
        return None
    taken_on = (f"SET LOCAL ROLE {_quoted(name)}", "SET LOCAL ROLE NONE")
    granted = (f"GRANT {_quoted(name)} TO CURRENT_USER", *taken_on)
    return name if _is_done(connection, *taken_on) or _is_done(connection, *granted) else None


def _role_name(connection: Connection) -> str:
    """Called after its database, since all databases of a server share their roles."""
    statement = "SELECT datname, oid FROM pg_database WHERE datname = current_database()"
    database, oid = connection.execute(text(statement)).one()
    name = f"{database}{SUFFIX}"
    return name if len(name.encode()) <= LONGEST_NAME else f"database_{oid}{SUFFIX}"


def _is_done(connection: Connection, *statements: str) -> bool:
    try:
        with connection.begin_nested():
            _run(connection, *statements)
    except ProgrammingError:  # it may not
        return False
    return True


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
