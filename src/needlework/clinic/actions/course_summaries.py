"""The summary a patient takes away from a course: what was done, with what, and what may honestly be said of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from needlework.clinic.models import Course, Document
from needlework.clinic.queries import reviews
from needlework.clinic.rules import wording
from needlework.clinic.who import Actor
from needlework.skin import anatomy

from . import courses, documents


@transaction.atomic
def end_course(*, course: Course, outcome: str, note: str = "", by: Actor, at: datetime) -> Document:
    """End a course and keep its summary for the patient, both or neither.

    Raises what courses.close_course raises.
    """
    closed = courses.close_course(course=course, outcome=outcome, note=note, by=by, at=at)
    return documents.give(
        kind="summary",
        patient=closed.patient,
        course=closed,
        title=f"Summary of your course: {closed.title}"[:200],
        content=content(closed, by=by),
        by=by,
        at=at,
    )


def content(course: Course, *, by: Actor) -> dict[str, Any]:
    """The facts of the summary. Numbers come with their unit, changes with what the scale can tell."""
    plan = course.plans.order_by("-version").first()
    treatments = (
        course.treatments.filter(voided_at=None, started_at__isnull=False)
        .select_related("practitioner", "site")
        .prefetch_related("areas", "device_uses__unit__model", "anaesthetics", "topicals")
        .order_by("number")
    )
    rating = course.reviews.filter(voided_at=None).order_by("-held_at").first()
    return {
        "clinic": course.clinic.name,
        "phone": course.clinic.phone,
        "course": course.title,
        "outcome": course.get_outcome_display(),
        "treatments": [_treatment(each) for each in treatments],
        "planned": None if plan is None else plan.treatments_planned,
        "expectation": [] if plan is None else list(plan.expectation.values()),
        "changes": [
            {
                "scale": change.name,
                "area": anatomy.in_words(change.area) if change.area else "",
                "before": f"{change.before.normalize():f}",
                "now": f"{change.now.normalize():f}",
                "sentence": change.said.sentence,
                "direction": change.said.direction,
            }
            for change in reviews.changes(by, course)
        ],
        "rating": "" if rating is None else rating.get_patient_rating_display(),
        "reviews": course.reviews.filter(voided_at=None).count(),
    }


def _treatment(treatment: Any) -> dict[str, Any]:
    areas = [area for area in treatment.areas.all() if area.voided_at is None]
    return {
        "number": treatment.number,
        "at": treatment.started_at.isoformat(),
        "by": treatment.practitioner.name,
        "site": treatment.site.name,
        "stopped": treatment.stopped_at is not None,
        "areas": [
            {
                "area": anatomy.in_words(area.area),
                "needle_mm": f"{area.needle_mm.normalize():f}",
                "passes": area.passes,
            }
            for area in areas
        ],
        "devices": [
            {"name": use.unit.model.name, "lot": use.lot, "serial": use.unit.serial}
            for use in treatment.device_uses.all()
            if use.voided_at is None
        ],
        "medicines": [
            f"{wording.product(cream.product)}, {cream.grams.normalize():f} g, batch {cream.batch}"
            for cream in treatment.anaesthetics.all()
            if cream.voided_at is None
        ]
        + [
            f"{wording.product(topical.product)}, batch {topical.batch}"
            for topical in treatment.topicals.all()
            if topical.voided_at is None
        ],
    }
