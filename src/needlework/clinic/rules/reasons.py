"""What is taken back, stopped or passed by says why, and is taken back once."""

from __future__ import annotations

from needlework.clinic.errors import AlreadyVoided, ReasonNeeded
from needlework.clinic.models.rows import Voidable


def check_reason(because: str) -> None:
    """Raises ReasonNeeded for an empty one."""
    if not because.strip():
        raise ReasonNeeded()


def check_stands(row: Voidable) -> None:
    """Nobody has taken it back. Raises AlreadyVoided."""
    if row.voided_at is not None:
        raise AlreadyVoided(by=row.voided_by)
