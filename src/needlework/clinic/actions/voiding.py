"""Taking back: nothing clinical is deleted, it is voided, once, by someone, for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from needlework.clinic.models.rows import Voidable
from needlework.clinic.rules.reasons import check_reason, check_stands
from needlework.clinic.who import Actor


def take_back(*, row: Voidable, because: str, also: Sequence[str] = (), by: Actor, at: datetime) -> None:
    """Void a row which the caller has locked; it stays readable. `also` names further fields the caller has set.

    Part of the action that writes the line in the trail. Raises ReasonNeeded, AlreadyVoided.
    """
    check_reason(because)
    check_stands(row)
    row.voided_at, row.voided_by, row.voided_because = at, by.name, because.strip()
    row.save(update_fields=["voided_at", "voided_by", "voided_because", *also])
