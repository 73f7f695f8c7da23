"""What was audited stays: the role that works for businesses adds to the audit and changes nothing of it.

Entries name what they are about by ids as clients see them, which told the number of a row until now.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from models.tenancy import role_of
from rules.opaque import OpaqueKeys

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _name_anew(_hidden)
    _let("REVOKE UPDATE, DELETE ON audit_entry FROM")


def downgrade() -> None:
    _name_anew(_shown)
    _let("GRANT UPDATE, DELETE ON audit_entry TO")


def _let(what: str) -> None:
    connection = op.get_bind()
    role = role_of(connection) if connection.dialect.name == "postgresql" else None
    if role is not None:
        op.execute(f'{what} "{role}"')


def _name_anew(named: Callable[[OpaqueKeys, str], str]) -> None:
    connection = op.get_bind()
    secret = connection.execute(sa.text("SELECT digest_key FROM installation")).scalar_one()
    keys = OpaqueKeys(bytes.fromhex(secret))
    found = connection.execute(sa.text("SELECT DISTINCT subject FROM audit_entry WHERE subject IS NOT NULL")).scalars()
    values = [{"before": subject, "after": named(keys, subject)} for subject in found]
    if values:
        connection.execute(sa.text("UPDATE audit_entry SET subject = :after WHERE subject = :before"), values)


def _hidden(keys: OpaqueKeys, subject: str) -> str:
    kind, _, key = urlsafe_b64decode(subject + "=" * (-len(subject) % 4)).decode().partition(":")
    return keys.text(kind, int(key))


def _shown(keys: OpaqueKeys, subject: str) -> str:
    kind, key = keys.read(subject)
    return urlsafe_b64encode(f"{kind}:{key}".encode()).rstrip(b"=").decode()
