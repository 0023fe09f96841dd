"""What somebody typed and has not sent yet."""

from __future__ import annotations

from uuid import UUID

from needlework.clinic.models import Draft
from needlework.clinic.who import Actor


def find(by: Actor, form: str, subject: UUID) -> Draft | None:
    """The unsent content of this form about this subject, typed by this person; None when there is none."""
    rows = Draft.objects.filter(clinic_id=by.clinic_id, form=form, subject=subject)
    if by.staff_id is not None:
        return rows.filter(staff_id=by.staff_id).first()
    if by.patient_id is not None:
        return rows.filter(patient_id=by.patient_id).first()
    return None


def fields(by: Actor, form: str, subject: UUID) -> dict[str, str | list[str]]:
    """The draft as `initial` of a form: a name with one value gives that value, with several a list."""
    draft = find(by, form, subject)
    if draft is None:
        return {}
    return {name: values[0] if len(values) == 1 else values for name, values in draft.fields.items()}
