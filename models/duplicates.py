"""Pairs of customers that may be one person, and those that somebody said are not."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.database import table
from models.types import Key, Millionths, Stored, reference


class DuplicateCandidate(Stored, table=True):
    """A pair that the last search found; `evidence` are words between blanks."""

    __table_args__ = (
        Index("duplicate_candidate_by_score", "business_id", "score", "first_id", "second_id"),
        Index("duplicate_candidate_by_second", "second_id"),
        CheckConstraint("first_id < second_id", name="duplicate_candidate_pair"),
    )

    first_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    second_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    business_id: int = reference("business.id")
    score: int = Field(sa_type=Millionths)
    evidence: str = Field(max_length=120)
    found_at: datetime


class DismissedDuplicate(Stored, table=True):
    """A pair that is two persons: it never returns."""

    __table_args__ = (
        Index("dismissed_duplicate_by_second", "second_id"),
        CheckConstraint("first_id < second_id", name="dismissed_duplicate_pair"),
    )

    first_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    second_id: int = Field(primary_key=True, foreign_key="customer.id", sa_type=Key)
    business_id: int = reference("business.id")
    actor: str = Field(max_length=200)
    dismissed_at: datetime


# ---------------------------------------------------------------- statements

duplicate_candidate, dismissed_duplicate = table(DuplicateCandidate), table(DismissedDuplicate)
