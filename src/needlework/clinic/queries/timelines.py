"""A patient's way so far, newest first, as lines ready to be shown.

The page with twenty treatments is opened all day long: rows come as plain values, a dozen queries in all
however much there is, and every sentence is made here rather than in the template.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from needlework.clinic.models import (
    AnaestheticApplication,
    Appointment,
    CheckIn,
    Concern,
    Consent,
    Consultation,
    Course,
    DeviceUse,
    Document,
    Finding,
    History,
    Incident,
    Patient,
    Photo,
    Plan,
    Review,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor
from needlework.skin import packs

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
    photos: int


def of_patient(by: Actor, patient: Patient, *, everything: bool = False) -> Timeline:
    """The clinical way of a patient. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_RECORD, patient)
    photos = _photos(patient)
    entries = [
        *_histories(patient),
        *_consultations(patient, photos),
        *_plans(patient),
        *_consents(patient),
        *_treatments(patient, photos),
        *_checkins(patient, photos),
        *_reviews(patient, photos),
        *_incidents(patient),
        *_documents(patient),
        *_courses_closed(patient),
    ]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    shown = entries if everything else entries[:SHOWN]
    return Timeline(shown, len(entries) - len(shown), sum(len(ids) for ids in photos.values()))


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


_Photos = dict[tuple[str, int], list[UUID]]


def _photos(patient: Patient) -> _Photos:
    found: _Photos = defaultdict(list)
    rows = (
        Photo.objects.filter(patient=patient, voided_at=None)
        .order_by("taken_at", "id")
        .values_list("public_id", "consultation_id", "treatment_id", "checkin_id", "review_id")
    )
    for public_id, consultation, treatment, checkin, review in rows:
        for kind, pk in (
            ("consultation", consultation),
            ("treatment", treatment),
            ("checkin", checkin),
            ("review", review),
        ):
            if pk is not None:
                found[kind, pk].append(public_id)
    return found


def _histories(patient: Patient) -> Iterable[Entry]:
    verdicts: dict[int, list[str]] = defaultdict(list)
    for pk, verdict in Finding.objects.filter(history__patient=patient, overridden_at=None).values_list(
        "history_id", "verdict"
    ):
        verdicts[pk].append(verdict)
    for pk, public_id, at, person in (
        History.objects.filter(patient=patient, voided_at=None)
        .order_by("-answered_at")
        .values_list("pk", "public_id", "answered_at", "answered_by")
    ):
        found = verdicts[pk]
        if "refuse" in found:
            state, word = "stop", "Findings that stop"
        elif "wait" in found:
            state, word = "wait", "Findings that say wait"
        elif found:
            state, word = "care", "Findings to take care of"
        else:
            state, word = "ready", "No findings"
        yield Entry(
            at,
            "history",
            "Health history answered",
            _count(len(found), "finding"),
            public_id,
            state,
            word,
            person,
        )


def _consultations(patient: Patient, photos: _Photos) -> Iterable[Entry]:
    concerns: dict[int, list[str]] = defaultdict(list)
    for pk, indication, area in Concern.objects.filter(patient=patient, voided_at=None).values_list(
        "consultation_id", "indication", "area"
    ):
        concerns[pk].append(f"{indication_name(indication)}, {area_name(area)}")
    for pk, public_id, at, person in Consultation.objects.filter(patient=patient, voided_at=None).values_list(
        "pk", "public_id", "held_at", "held_by"
    ):
        line = "; ".join(concerns[pk]) or "No concern recorded"
        yield Entry(
            at,
            "consultation",
            "Consultation",
            line,
            public_id,
            by=person,
            photos=photos.get(("consultation", pk), []),
        )


def _plans(patient: Patient) -> Iterable[Entry]:
    rows = Plan.objects.filter(course__patient=patient, course__voided_at=None).values_list(
        "public_id", "version", "treatments_planned", "interval_days", "made_at", "made_by", "course__title"
    )
    for public_id, version, number, days, at, person, title in rows:
        what = "Plan made" if version == 1 else f"Plan changed (version {version})"
        line = f"{title}: {_count(number, 'treatment')}, {days} days apart"
        yield Entry(at, "plan", what, line, public_id, by=person)


def _consents(patient: Patient) -> Iterable[Entry]:
    rows = Consent.objects.filter(patient=patient).values_list(
        "public_id", "signed_at", "signed_by", "text__version", "withdrawal__withdrawn_at", "plan__public_id"
    )
    for _, at, person, version, withdrawn_at, plan in rows:
        yield Entry(at, "consent", "Consent signed", f"Text version {version}", plan, by=person)
        if withdrawn_at is not None:
            yield Entry(withdrawn_at, "consent", "Consent withdrawn", "", plan, "stop", "Withdrawn", person)


def _treatments(patient: Patient, photos: _Photos) -> Iterable[Entry]:
    areas: dict[int, list[tuple[str, Decimal, int]]] = defaultdict(list)
    for pk, area, needle, passes in (
        TreatmentArea.objects.filter(patient=patient, voided_at=None)
        .order_by("treated_at", "id")
        .values_list("treatment_id", "area", "needle_mm", "passes")
    ):
        areas[pk].append((area, needle, passes))
    packets: dict[int, list[str]] = defaultdict(list)
    for pk, model, lot in DeviceUse.objects.filter(patient=patient, voided_at=None).values_list(
        "treatment_id", "unit__model__name", "lot"
    ):
        packets[pk].append(f"{model}, lot {lot}")
    creams: dict[int, list[str]] = defaultdict(list)
    for pk, product, grams in AnaestheticApplication.objects.filter(
        treatment__patient=patient, voided_at=None
    ).values_list("treatment_id", "product", "grams"):
        creams[pk].append(f"{product_name(product)} {grams.normalize():f} g")
    rows = Treatment.objects.filter(patient=patient, voided_at=None).values_list(
        "pk",
        "public_id",
        "number",
        "opened_at",
        "started_at",
        "stopped_at",
        "finished_at",
        "signed_at",
        "recorded_late_at",
        "practitioner__name",
        "course__title",
    )
    for pk, public_id, number, opened, started, stopped, finished, signed, late, person, title in rows:
        if stopped:
            state, word = "stop", "Stopped early"
        elif signed:
            state, word = "ready", "Signed"
        elif finished:
            state, word = "wait", "Not signed yet"
        elif started:
            state, word = "care", "In treatment"
        else:
            state, word = "care", "Being prepared"
        if late:
            word += ", written up late"
        parts = [_areas_line(areas[pk]), *packets[pk], *creams[pk]]
        yield Entry(
            started or opened,
            "treatment",
            f"Treatment {number}: {title}",
            " · ".join(part for part in parts if part),
            public_id,
            state,
            word,
            person,
            photos.get(("treatment", pk), []),
        )


def _areas_line(areas: list[tuple[str, Decimal, int]]) -> str:
    """Areas treated alike are named together: "left cheek, right cheek: 1.5 mm, 8 passes"."""
    alike: dict[tuple[Decimal, int], list[str]] = defaultdict(list)
    for area, needle, passes in areas:
        alike[needle, passes].append(area_name(area))
    return "; ".join(
        f"{', '.join(names)}: {needle.normalize():f} mm, {_count(passes, 'pass', 'passes')}"
        for (needle, passes), names in alike.items()
    )


_LEVELS = {
    "self-care": ("ready", "As expected"),
    "call-clinic": ("wait", "To be called"),
    "same-day": ("stop", "To be seen the same day"),
    "emergency": ("stop", "Emergency"),
}


def _checkins(patient: Patient, photos: _Photos) -> Iterable[Entry]:
    rows = CheckIn.objects.filter(patient=patient, voided_at=None, answered_at__isnull=False).values_list(
        "pk", "public_id", "answered_at", "answered_by", "level", "worry", "seen_by"
    )
    for pk, public_id, at, person, level, worry, seen_by in rows:
        if at is None:
            continue
        state, word = _LEVELS.get(level, ("", ""))
        line = f"“{worry}”" if worry else ""
        if seen_by:
            line = f"{line} Seen by {seen_by}.".strip()
        yield Entry(
            at, "checkin", "Check-in", line, public_id, state, word, person, photos.get(("checkin", pk), [])
        )


def _reviews(patient: Patient, photos: _Photos) -> Iterable[Entry]:
    stages = dict(Review._meta.get_field("stage").choices or ())
    ratings = dict(Review._meta.get_field("patient_rating").choices or ())
    rows = Review.objects.filter(patient=patient, voided_at=None).values_list(
        "pk", "public_id", "held_at", "held_by", "stage", "patient_rating"
    )
    for pk, public_id, at, person, stage, rating in rows:
        yield Entry(
            at,
            "review",
            f"Review: {stages[stage]}",
            f"The patient says: {str(ratings[rating]).lower()}",
            public_id,
            by=person,
            photos=photos.get(("review", pk), []),
        )


def _incidents(patient: Patient) -> Iterable[Entry]:
    kinds = dict(Incident._meta.get_field("kind").choices or ())
    rows = Incident.objects.filter(patient=patient, voided_at=None).values_list(
        "public_id", "kind", "what", "happened_at", "opened_by", "closed_at"
    )
    for public_id, kind, what, at, person, closed_at in rows:
        state, word = ("ready", "Closed") if closed_at else ("stop", "Open")
        yield Entry(at, "incident", str(kinds[kind]), what, public_id, state, word, person)


def _documents(patient: Patient) -> Iterable[Entry]:
    rows = Document.objects.filter(patient=patient).values_list("public_id", "title", "made_at", "made_by")
    for public_id, title, at, person in rows:
        yield Entry(at, "document", "Document given", title, public_id, by=person)


def _courses_closed(patient: Patient) -> Iterable[Entry]:
    outcomes = dict(Course._meta.get_field("outcome").choices or ())
    rows = Course.objects.filter(patient=patient, voided_at=None, closed_at__isnull=False).values_list(
        "public_id", "title", "closed_at", "closed_by", "outcome"
    )
    for public_id, title, at, person, outcome in rows:
        if at is None:
            continue
        yield Entry(
            at, "course", "Course ended", f"{title}: {str(outcomes[outcome]).lower()}", public_id, by=person
        )


def area_name(code: str) -> str:
    """An area as staff say it. A code the pack no longer has is shown as it is."""
    row = packs.shipped().areas.get(code)
    return code if row is None else row.name.lower()


def indication_name(code: str) -> str:
    """An indication as staff say it."""
    row = packs.shipped().indications.get(code)
    return code if row is None else row.name


def product_name(code: str) -> str:
    """An anaesthetic or topical product as staff say it."""
    pack = packs.shipped()
    row = pack.anaesthetics.get(code) or pack.topicals.get(code)
    return code if row is None else row.name


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
