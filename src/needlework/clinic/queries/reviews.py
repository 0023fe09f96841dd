"""Reviews: which are due, and what may be said of the change."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from needlework.clinic.errors import NotFound
from needlework.clinic.models import Clinic, Course, Document, Photo, Review, Score
from needlework.clinic.rules import reviews as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor
from needlework.skin import packs, scales


@dataclass(frozen=True, slots=True)
class DueReview:
    """A review that is due soon or late, of one course."""

    course: Course
    due: rules.Due
    late: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One scale in one area: where it began, where it stands, and what may be said of the difference."""

    scale: str
    name: str
    area: str
    before: Decimal
    before_at: datetime
    now: Decimal
    now_at: datetime
    said: scales.ScoreChange


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photographs of the same view: the first there is, and the latest."""

    view: str
    area: str
    before: Photo
    now: Photo


def get(by: Actor, public_id: UUID) -> Review:
    """One review. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_RECORD)
    review = (
        Review.objects.select_related("patient", "course", "clinic", "practitioner")
        .filter(clinic_id=by.clinic_id, public_id=public_id)
        .first()
    )
    if review is None:
        raise NotFound(thing="review")
    return review


def course_to_review(by: Actor, public_id: UUID) -> Course:
    """A course with its people. Raises NotAllowed, NotFound."""
    check_may(by, Act.SEE_RECORD)
    course = (
        Course.objects.select_related("patient", "clinic", "consultation__practitioner")
        .filter(clinic_id=by.clinic_id, public_id=public_id, voided_at=None)
        .first()
    )
    if course is None:
        raise NotFound(thing="course")
    return course


def scales_of(by: Actor, course: Course) -> list[tuple[str, str]]:
    """The scales to score again: those of the consultation, or else those fit for the planned concerns."""
    check_access(by, Act.SEE_RECORD, course)
    pack = packs.shipped()
    scored = course.consultation.scores.filter(voided_at=None).order_by("id").values_list("scale", "area")
    found = [(scale, area) for scale, area in scored if scale in pack.scales and scale != "skin-type"]
    if found:
        return list(dict.fromkeys(found))
    indications = course.consultation.concerns.filter(voided_at=None).values_list("indication", flat=True)
    fit = [
        (scale, "")
        for indication in dict.fromkeys(indications)
        if indication in pack.indications
        for scale in pack.indications[indication].scales
    ]
    return list(dict.fromkeys(fit))


@dataclass(frozen=True, slots=True)
class Result:
    """One course as its patient sees it."""

    course: Course
    changes: list[Change]
    documents: list[Document]


def of_patient(by: Actor) -> list[Result]:
    """The courses of the patient who asks, newest first, with what may be said of them. Raises NotFound for staff."""
    if by.patient_id is None:
        raise NotFound(thing="result")
    courses = (
        Course.objects.filter(clinic_id=by.clinic_id, patient_id=by.patient_id, voided_at=None)
        .prefetch_related("documents")
        .order_by("-opened_at")[:10]
    )
    return [Result(course, _changes(course), list(course.documents.all())) for course in courses]


def last_treated_on(course: Course) -> date | None:
    """The day of the last treatment of a course that was really done, in the clinic's own time."""
    at = course.treatments.filter(voided_at=None, started_at__isnull=False).aggregate(
        last=Max(Coalesce("finished_at", "stopped_at", "started_at"))
    )["last"]
    return None if at is None else local_day(at, course.clinic.time_zone)


def due(course: Course) -> list[rules.Due]:
    """The reviews of a course still to come, soonest first."""
    held = course.reviews.filter(voided_at=None).values_list("stage", flat=True)
    return rules.due(last_treated_on(course), held)


def due_in_clinic(by: Actor, *, on: date, within_days: int = 14) -> list[DueReview]:
    """Courses whose next review falls due soon or is late, the latest first.

    A course is left alone once a year has passed since its last treatment, or once it was ended.
    """
    check_may(by, Act.SEE_DIARY)
    clinic = Clinic.objects.get(pk=by.clinic_id)
    zone = ZoneInfo(clinic.time_zone)
    begin = datetime.combine(on - timedelta(days=365), datetime.min.time(), zone)
    ripe = datetime.combine(
        on + timedelta(days=within_days - rules.STAGES[0].days + 1), datetime.min.time(), zone
    )
    courses = (
        Course.objects.filter(
            clinic_id=by.clinic_id,
            voided_at=None,
            closed_at=None,
            treatments__opened_at__gte=begin,
            treatments__voided_at=None,
            treatments__started_at__isnull=False,
        )
        .annotate(
            last=Max(Coalesce("treatments__finished_at", "treatments__stopped_at", "treatments__started_at"))
        )
        .filter(last__lt=ripe)
        .select_related("patient", "clinic")
        .order_by("last")[:200]
    )
    held: dict[int, list[str]] = defaultdict(list)
    for pk, stage in Review.objects.filter(course__in=[c.pk for c in courses], voided_at=None).values_list(
        "course_id", "stage"
    ):
        held[pk].append(stage)
    found = []
    for course in courses:
        coming = rules.due(course.last.astimezone(zone).date(), held[course.pk])
        if coming and coming[0].due_on <= on + timedelta(days=within_days):
            found.append(DueReview(course, coming[0], coming[0].is_late(on)))
    return found


def changes(by: Actor, course: Course) -> list[Change]:
    """Every scale scored at the consultation of a course and again at a review: first against latest.

    What is said of each comes from the scale's own error; see needlework.skin.scales.change.
    """
    check_access(by, Act.SEE_RECORD, course)
    return _changes(course)


def _changes(course: Course) -> list[Change]:
    scored: dict[tuple[str, str], list[tuple[datetime, Decimal]]] = defaultdict(list)
    rows = (
        Score.objects.filter(patient_id=course.patient_id, voided_at=None)
        .filter(Q(consultation_id=course.consultation_id) | Q(review__course=course, review__voided_at=None))
        .order_by("scored_at", "id")
        .values_list("scale", "area", "scored_at", "value")
    )
    for scale, area, at, value in rows:
        scored[scale, area].append((at, value))
    pack = packs.shipped()
    found = []
    for (scale, area), values in scored.items():
        if len(values) < 2 or scale not in pack.scales:
            continue
        (before_at, before), (now_at, now) = values[0], values[-1]
        said = scales.change(scale, float(before), float(now))
        found.append(Change(scale, pack.scales[scale].name, area, before, before_at, now, now_at, said))
    return found


def pairs(course: Course) -> list[Pair]:
    """For each view and area that was photographed at least twice: the first and the latest photograph."""
    taken: dict[tuple[str, str], list[Photo]] = defaultdict(list)
    photos = (
        Photo.objects.filter(patient_id=course.patient_id, voided_at=None)
        .filter(
            Q(consultation_id=course.consultation_id) | Q(treatment__course=course) | Q(review__course=course)
        )
        .defer("wrapped_key", "note")
        .order_by("taken_at", "id")
    )
    for photo in photos:
        taken[photo.view, photo.area].append(photo)
    return [
        Pair(photos[0].get_view_display(), area, photos[0], photos[-1])
        for (_, area), photos in taken.items()
        if len(photos) > 1
    ]
