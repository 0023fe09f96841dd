"""Keep what is being typed, and let it go once it was sent.

A draft is no part of the record, so it leaves no line in the trail: the line is written when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from needlework.clinic.errors import BadInput, DraftChangedElsewhere
from needlework.clinic.models import Draft
from needlework.clinic.queries import drafts
from needlework.clinic.who import Actor

LARGEST = 400_000  # characters; a long consultation is about 20 000
# A page that is closed sends its last words without waiting for the answer to the sending before.
SAME_PAGE = timedelta(seconds=5)


@transaction.atomic
def save(
    *, form: str, subject: UUID, fields: Mapping[str, Sequence[str]], revision: int, by: Actor, at: datetime
) -> Draft:
    """Keep the content of a form. `revision` is the one the page holds, 0 for none yet.

    Raises DraftChangedElsewhere when another page of the same person saved in between: nothing is overwritten.
    """
    if by.staff_id is None and by.patient_id is None:
        raise BadInput(because="Only a person has drafts.")
    if len(form) > 40 or sum(len(value) for values in fields.values() for value in values) > LARGEST:
        raise BadInput(because="This is too long to be kept as a draft. Send the form.")
    kept = {name: list(values) for name, values in fields.items()}
    draft = drafts.find(by, form, subject)
    if draft is None:
        return Draft.objects.create(
            clinic_id=by.clinic_id,
            staff_id=by.staff_id,
            patient_id=None if by.staff_id is not None else by.patient_id,
            form=form,
            subject=subject,
            fields=kept,
            revision=revision + 1,
            saved_at=at,
        )
    hurried = revision == draft.revision - 1 and at - draft.saved_at <= SAME_PAGE
    if revision != draft.revision and not hurried and kept != draft.fields:
        raise DraftChangedElsewhere()
    draft.fields = kept
    draft.revision += 1
    draft.saved_at = at
    draft.save(update_fields=["fields", "revision", "saved_at"])
    return draft


@transaction.atomic
def forget(*, form: str, subject: UUID, by: Actor, at: datetime) -> None:
    """Let a draft go, because it was sent at `at`."""
    draft = drafts.find(by, form, subject)
    if draft is not None and draft.saved_at <= at:
        draft.delete()
