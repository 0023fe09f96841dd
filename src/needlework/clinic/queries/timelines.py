"""A patient's way so far, newest first, as lines ready to be shown.

The page with twenty treatments is opened all day long: everything is read by two questions however much there
is, one for the lines and one for what belongs to them, and every sentence is made here rather than in the template.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

from needlework.clinic.models import Appointment, Course, Incident, Patient, Review
from needlework.clinic.rules import wording
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor
from needlework.skin import anatomy

from . import timeline_rows
from .timeline_rows import Details, Event

SHOWN = 40  # lines on the page; what is older stands behind one link


@dataclass(slots=True)
class Entry:
    """One line of the timeline. `state` is one of the four state colours, or empty."""

    at: datetime
    kind: str
    title: str
    line: str = ""
    id: UUID | None = None
    state: str = ""
    state_word: str = ""
    by: str = ""
    photos: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Timeline:
    """What stands on the page; `older` says how many lines are left out."""

    entries: list[Entry]
    older: int


def of_patient(by: Actor, patient: Patient, *, everything: bool = False) -> Timeline:
    """The clinical way of a patient. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_RECORD, patient)
    details = timeline_rows.details(patient)
    events = timeline_rows.events(patient)
    entries = []
    for event in events if everything else events[:SHOWN]:
        entry = _READ[event.kind](event, details)
        entry.by = event.by
        entry.photos = details.photos(event.kind, event.pk)
        entries.append(entry)
    return Timeline(entries, len(events) - len(entries))


def appointments_of(by: Actor, patient: Patient, *, at: datetime) -> Sequence[Mapping[str, Any]]:
    """Appointments to come, soonest first: the part of the page which the front desk sees too."""
    check_access(by, Act.SEE_DIARY, patient)
    return tuple(
        Appointment.objects.filter(
            patient=patient, clinic_id=by.clinic_id, ends_at__gte=at, cancelled_at=None, no_show_at=None
        )
        .order_by("starts_at")
        .values(
            "public_id", "starts_at", "ends_at", "kind", "practitioner__name", "room__name", "site__name"
        )[:6]
    )


# --- how each kind of line reads -------------------------------------------------------------------------
def _history(event: Event, details: Details) -> Entry:
    found = [verdict for verdict, _, _ in details.of("finding", event.pk)]
    if "refuse" in found:
        state, word = "stop", "Findings that stop"
    elif "wait" in found:
        state, word = "wait", "Findings that say wait"
    elif found:
        state, word = "care", "Findings to take care of"
    else:
        state, word = "ready", "No findings"
    line = _count(len(found), "finding") if found else ""
    return Entry(event.at, "history", "Health history answered", line, None, state, word)


def _consultation(event: Event, details: Details) -> Entry:
    concerns = [
        f"{wording.indication(a)}, {anatomy.in_words(b)}" for a, b, _ in details.of("concern", event.pk)
    ]
    return Entry(
        event.at, "consultation", "Consultation", "; ".join(concerns) or "No concern recorded", event.id
    )


def _plan(event: Event, _: Details) -> Entry:
    what = "Plan made" if event.number == 1 else f"Plan changed (version {event.number})"
    return Entry(
        event.at,
        "plan",
        what,
        f"{event.a}: {_count(int(event.b), 'treatment')}, {event.c} days apart",
        event.id,
    )


def _consent(event: Event, _: Details) -> Entry:
    return Entry(event.at, "consent", "Consent signed", f"Text version {event.a}", event.id)


def _withdrawal(event: Event, _: Details) -> Entry:
    return Entry(event.at, "consent", "Consent withdrawn", "", event.id, "stop", "Withdrawn")


_SITTING = {
    "stopped": ("stop", "Stopped early"),
    "signed": ("ready", "Signed"),
    "finished": ("wait", "Not signed yet"),
    "started": ("care", "In treatment"),
    "open": ("care", "Being prepared"),
}


def _treatment(event: Event, details: Details) -> Entry:
    state, word = _SITTING[event.b]
    if event.c:
        word += ", written up late"
    packets = [f"{model}, lot {lot}" for model, lot, _ in details.of("packet", event.pk)]
    creams = [
        f"{wording.product(product)} {_plain(grams)} g" for product, grams, _ in details.of("cream", event.pk)
    ]
    parts = [_areas_line(details.of("area", event.pk)), *packets, *creams]
    line = " · ".join(part for part in parts if part)
    return Entry(event.at, "treatment", f"Treatment {event.number}: {event.a}", line, event.id, state, word)


def _areas_line(areas: list[tuple[str, str, str]]) -> str:
    """Areas treated alike are named together: "left cheek, right cheek: 1.5 mm, 8 passes"."""
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for area, needle, passes in areas:
        alike[needle, passes].append(anatomy.in_words(area))
    return "; ".join(
        f"{', '.join(names)}: {_plain(needle)} mm, {_count(int(passes), 'pass', 'passes')}"
        for (needle, passes), names in alike.items()
    )


_LEVELS = {
    "self-care": ("ready", "As expected"),
    "call-clinic": ("wait", "To be called"),
    "same-day": ("stop", "To be seen the same day"),
    "emergency": ("stop", "Emergency"),
}


def _checkin(event: Event, _: Details) -> Entry:
    state, word = _LEVELS.get(event.a, ("", ""))
    line = f"“{event.b}”" if event.b else ""
    if event.c:
        line = f"{line} Seen by {event.c}.".strip()
    return Entry(event.at, "checkin", "Check-in", line, event.id, state, word)


def _review(event: Event, _: Details) -> Entry:
    stage, rating = _choice(Review, "stage", event.a), _choice(Review, "patient_rating", event.b)
    return Entry(
        event.at, "review", f"Review: {stage.lower()}", f"The patient says: {rating.lower()}", event.id
    )


def _incident(event: Event, _: Details) -> Entry:
    state, word = ("ready", "Closed") if event.c == "closed" else ("stop", "Open")
    return Entry(event.at, "incident", _choice(Incident, "kind", event.a), event.b, event.id, state, word)


def _document(event: Event, _: Details) -> Entry:
    return Entry(event.at, "document", "Document given", event.a, event.id)


def _course(event: Event, _: Details) -> Entry:
    outcome = _choice(Course, "outcome", event.b).lower()
    return Entry(event.at, "course", "Course ended", f"{event.a}: {outcome}", event.id)


_READ: dict[str, Callable[[Event, Details], Entry]] = {
    "history": _history,
    "consultation": _consultation,
    "plan": _plan,
    "consent": _consent,
    "withdrawal": _withdrawal,
    "treatment": _treatment,
    "checkin": _checkin,
    "review": _review,
    "incident": _incident,
    "document": _document,
    "course": _course,
}


def _choice(model: type[Model], field: str, code: str) -> str:
    return str(dict(model._meta.get_field(field).choices or ()).get(code, code))  # type: ignore[union-attr]


def _plain(number: str) -> str:
    """A decimal as it came from the database, without trailing noughts."""
    return f"{Decimal(number).normalize():f}"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
