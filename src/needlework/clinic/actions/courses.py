"""Open a course, plan it, plan it anew, and close it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, PlanOutdated
from needlework.clinic.models import Consultation, Course, Plan, PlanArea
from needlework.clinic.rules import consultations as consultation_rules
from needlework.clinic.rules import courses as rules
from needlework.clinic.rules import screenings as screening_rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.courses import PlannedArea
from needlework.clinic.rules.wording import listed, local_day
from needlework.clinic.who import Actor
from needlework.skin import evidence
from needlework.skin.packs import Pack
from needlework.skin.protocols import PlanCheck

__all__ = ["PlannedArea", "close_course", "make_plan", "open_course", "plan_consultation"]


@transaction.atomic
def open_course(*, consultation: Consultation, title: str = "", by: Actor, at: datetime) -> Course:
    """Begin a course towards what a consultation found; without a title it is named after the concerns.

    Raises NotAllowed, NotFound, ReferFirst or BadInput.
    """
    check_access(by, Act.PLAN, consultation)
    if consultation.voided_at is not None:
        raise BadInput(because="This consultation was voided. Hold a new one.")
    consultation_rules.check_not_referred(consultation)
    name = " ".join(title.split()) or _title(consultation)
    if len(name) > 200:
        raise BadInput(because="The title may have 200 characters at most.", at_field="title")
    course = Course.objects.create(
        clinic_id=consultation.clinic_id,
        patient=consultation.patient,
        consultation=consultation,
        title=name,
        opened_at=at,
        opened_by=by.name,
    )
    audit.record(
        Event.COURSE_OPENED,
        by=by,
        at=at,
        about=course,
        detail={"consultation": str(consultation.public_id)},
    )
    return course


def _title(consultation: Consultation) -> str:
    pack = screening_rules.pack_of(consultation.clinic)
    codes = consultation.concerns.filter(voided_at=None).order_by("pk").values_list("indication", flat=True)
    names = [pack.indications[code].name for code in dict.fromkeys(codes) if code in pack.indications]
    names[1:] = [name[:1].lower() + name[1:] for name in names[1:]]
    return listed(names)[:200] or "Course"


@transaction.atomic
def make_plan(
    *,
    course: Course,
    areas: Sequence[PlannedArea],
    treatments_planned: int,
    interval_days: int,
    anaesthetic: str = "",
    combined_with: Sequence[str] = (),
    note: str = "",
    by: Actor,
    at: datetime,
) -> Plan:
    """The next version of the plan, within the bounds of area, device and protocol; earlier versions stay readable.

    What is merely unusual is kept with the plan, and wants a reason in `note` and a prescriber. Raises NotAllowed,
    NotFound, CourseClosed, ReferFirst, PlanRefused, PlanIntervalShort, PlanNeedsReason, PrescriberNeeded,
    AnaestheticBarred or BadInput at its field.
    """
    check_access(by, Act.PLAN, course)
    locked = Course.objects.select_for_update(of=("self",))
    course = locked.select_related("patient__clinic", "clinic", "consultation__clinic").get(pk=course.pk)
    rules.check_open(course)
    consultation_rules.check_not_referred(course.consultation)
    patient = course.patient
    pack = screening_rules.pack_of(course.clinic)
    checks = rules.check_rows(areas, patient, pack)
    models = rules.device_models(areas)
    rules.check_course_of_treatments(treatments_planned, interval_days)
    rules.check_interval(areas, treatments_planned, interval_days, patient, pack)
    on = local_day(at, course.clinic.time_zone)
    codes = [row.area for row in areas]
    rules.check_anaesthetic(anaesthetic, patient, areas=codes, on=on, by=by)
    rules.check_combined(combined_with, pack, by=by)
    rules.check_reason(checks, note, by=by)
    version = 1 + (course.plans.aggregate(last=Max("version"))["last"] or 0)
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                clinic=course.clinic,
                course=course,
                version=version,
                treatments_planned=treatments_planned,
                interval_days=interval_days,
                anaesthetic=anaesthetic,
                combined_with=list(dict.fromkeys(combined_with)),
                expectation=_expectations(areas, pack),
                findings=_findings(areas, checks),
                note=note.strip(),
                pack_version=pack.id,
                made_at=at,
                made_by=by.name,
            )
    except IntegrityError as clash:  # somebody planned at the same moment
        raise PlanOutdated(version=version) from clash
    PlanArea.objects.bulk_create(
        PlanArea(
            clinic=course.clinic,
            plan=plan,
            area=row.area,
            indication=row.indication,
            device_model=models[row.device],
            needle_mm=row.needle_mm,
            passes=row.passes,
            endpoint=row.endpoint.strip(),
            target_per_cm2=row.target_per_cm2,
        )
        for row in areas
    )
    audit.record(
        Event.PLAN_MADE,
        by=by,
        at=at,
        about=plan,
        patient=patient,
        detail={
            "version": version,
            "pack": pack.id,
            "areas": sorted(codes),
            "findings": [finding["rule"] for finding in plan.findings],
        },
    )
    return plan


@transaction.atomic
def plan_consultation(
    *,
    consultation: Consultation,
    course: Course | None = None,
    areas: Sequence[PlannedArea],
    treatments_planned: int,
    interval_days: int,
    anaesthetic: str = "",
    combined_with: Sequence[str] = (),
    note: str = "",
    by: Actor,
    at: datetime,
) -> Plan:
    """Plan what a consultation found. Without a course one is opened; when the plan is refused, none is left behind.

    Raises what `open_course` and `make_plan` raise.
    """
    return make_plan(
        course=course or open_course(consultation=consultation, by=by, at=at),
        areas=areas,
        treatments_planned=treatments_planned,
        interval_days=interval_days,
        anaesthetic=anaesthetic,
        combined_with=combined_with,
        note=note,
        by=by,
        at=at,
    )


def _expectations(areas: Sequence[PlannedArea], pack: Pack) -> dict[str, object]:
    return {
        code: evidence.expectation_json(evidence.expectation(code, pack))
        for code in dict.fromkeys(row.indication for row in areas)
    }


def _findings(areas: Sequence[PlannedArea], checks: Sequence[PlanCheck]) -> list[dict[str, object]]:
    return [
        {
            "area": row.area,
            "rule": finding.rule,
            "verdict": finding.verdict,
            "because": finding.because,
            "because_patient": finding.because_patient,
            "change": finding.change,
            "source": list(finding.source),
        }
        for row, checked in zip(areas, checks, strict=True)
        for finding in checked.findings
    ]


@transaction.atomic
def close_course(*, course: Course, outcome: str, note: str = "", by: Actor, at: datetime) -> Course:
    """End a course, with how it ended. Raises NotAllowed, NotFound, CourseClosed, CourseInTreatment or BadInput."""
    check_access(by, Act.PLAN, course)
    course = (
        Course.objects.select_for_update(of=("self",)).select_related("clinic", "patient").get(pk=course.pk)
    )
    rules.check_can_be_closed(course, outcome=outcome, note=note)
    course.closed_at, course.closed_by = at, by.name
    course.outcome, course.outcome_note = outcome, note.strip()
    course.save(update_fields=["closed_at", "closed_by", "outcome", "outcome_note"])
    audit.record(Event.COURSE_CLOSED, by=by, at=at, about=course, detail={"outcome": outcome})
    return course
