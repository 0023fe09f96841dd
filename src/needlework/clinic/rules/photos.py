"""When a photograph may be taken, and who may see it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from needlework.clinic.errors import BadInput, NotFound, PhotoTakenInFuture
from needlework.clinic.models import CheckIn, Photo
from needlework.clinic.who import Actor, Role

from .access import Act, check_access

if TYPE_CHECKING:
    from needlework.clinic.models import Consultation, Patient, Review, Treatment

VIEWS: tuple[tuple[str, str], ...] = tuple(Photo._meta.get_field("view").choices or ())  # type: ignore[arg-type]
CLOCK_SLACK = timedelta(minutes=5)  # cameras and servers disagree a little


def check_may_take(
    by: Actor, *, patient: Patient, about: Consultation | Treatment | CheckIn | Review
) -> None:
    """Staff who may see the record, or the patient in a check-in of their own. Raises NotAllowed, NotFound."""
    if by.role is Role.PATIENT:
        check_access(by, Act.TAKE_HISTORY, patient)
        if not isinstance(about, CheckIn):
            raise NotFound(thing="check-in")
    else:
        check_access(by, Act.ASSIST, patient)
    owner = getattr(about, "patient_id", None)
    if owner != patient.pk or about.clinic_id != by.clinic_id:
        raise NotFound(thing="visit")


def check_view(view: str) -> None:
    """The view is one of ours. Raises BadInput."""
    if view not in dict(VIEWS):
        names = ", ".join(name for name, _ in VIEWS)
        raise BadInput(because=f"“{view}” is not a view. Choose one of: {names}.", at_field="view")


def check_taken_at(taken_at: datetime, *, at: datetime) -> None:
    """Not in the future. Raises PhotoTakenInFuture."""
    if taken_at > at + CLOCK_SLACK:
        raise PhotoTakenInFuture()
