"""The keys under which writes were asked for, so that asking again does nothing twice."""

from datetime import datetime

from sqlalchemy import SelectBase, Text, UniqueConstraint, bindparam, select
from sqlmodel import Field

from models.database import scoped, table
from models.naming import statement
from models.types import ERASABLE, Key, Stored, index_where, primary_key, reference

OF_TIME = "kind IN ('customer', 'touchpoint')"  # which are not kept for ever


class UsedKey(Stored, table=True):
    """A key that was used: never the key, never the answer, but their digests and the ids of what was made.

    `digest` is of business, kind, customer and key, `input_digest` of what was asked; `made` is JSON.
    """

    __table_args__ = (
        UniqueConstraint("business_id", "digest", name="used_key_digest"),
        index_where(OF_TIME, "used_key_by_time", "business_id", "used_at"),
    )

    id: int | None = primary_key()
    business_id: int = reference("business.id")
    kind: str = Field(max_length=24)
    digest: str = Field(max_length=64)
    input_digest: str = Field(max_length=64, sa_column_kwargs=ERASABLE)
    made: str = Field(sa_type=Text)
    customer_id: int | None = Field(default=None, sa_type=Key)
    used_at: datetime


# ---------------------------------------------------------------- statements

used_key = table(UsedKey)


@statement
def use_of_key() -> SelectBase:
    """What was made when the key with this :digest of :business was used."""
    shown = (used_key.c.input_digest, used_key.c.made)
    return select(*shown).where(scoped(used_key), used_key.c.digest == bindparam("digest"))
