"""A treatment written up after it happened: on paper in a power cut, or forgotten. For the medical lead.

When it happened and when it was recorded stay apart, and whatever no rule would have let pass opens a deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import Max

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, ClinicError, NoPlanYet, RuleBroken
from needlework.clinic.models import (
    Course,
    DeviceUnit,
    DeviceUse,
    Plan,
    Site,
    Staff,
    Treatment,
    TreatmentArea,
)
from needlework.clinic.queries.staff import actor
from needlework.clinic.rules import devices, findings, signatures
from needlework.clinic.rules import treatments as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.reasons import check_reason
from needlework.clinic.rules.scans import check_way
from needlework.clinic.rules.screenings import pack_of
from needlework.clinic.rules.transitions import State
from needlework.clinic.rules.treated_areas import check_area_possible
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor
from needlework.skin.delivery import Strokes

from . import checkins, recalls
from .charting import Sitting, judge, keep


@dataclass(frozen=True, slots=True)
class LateArea:
    """What was done to one area, and with which packet."""

    area: str
    indication: str
    needle_mm: Decimal
    passes: int
    unit: DeviceUnit
    directions: int = 1
    endpoint: str = ""
    note: str = ""
    strokes: Strokes = ()
    scanned: str = ""  # the packet's label as it was read now
    read_by: str = ""


@transaction.atomic
def record_late(
    *,
    course: Course,
    practitioner: Staff,
    site: Site,
    happened_at: datetime,
    ended_at: datetime,
    areas: Sequence[LateArea],
    because: str,
    pain: int | None = None,
    redness: str = "",
    sharps_container: str = "",
    note: str = "",
    by: Actor,
    at: datetime,
) -> Treatment:
    """Write up a treatment that happened before now. It is marked as such, and is still to be signed.

    Cream and products are added with `apply_anaesthetic` and `apply_topical` and their own times, before signing.
    Raises NotAllowed, NotFound, ReasonNeeded, MomentNotPossible, NoPlanYet, BadInput, DeviceAlreadyUsed.
    """
    check_may(by, Act.RECORD_LATE)
    for thing in (course, practitioner, site, *(given.unit for given in areas)):
        check_access(by, Act.RECORD_LATE, thing)
    check_reason(because)
    rules.check_happened(happened_at, course=course, at=at)
    if not happened_at <= ended_at <= at:
        raise BadInput(because="The end lies after the start, and not in the future.", at_field="ended_at")
    if not areas:
        raise BadInput(because="Say which areas were treated.", at_field="area")
    signatures.check_soothing(pain=pain, redness=redness, sharps_container=sharps_container)
    for given in areas:
        check_area_possible(
            given.area,
            given.indication,
            needle_mm=given.needle_mm,
            passes=given.passes,
            directions=given.directions,
            strokes=given.strokes,
        )
    treatment = _opened(course, practitioner, site, happened_at=happened_at, because=because, by=by, at=at)
    on = local_day(happened_at, site.time_zone)
    broken: list[tuple[ClinicError, str, DeviceUnit | None]] = []
    uses: dict[int, DeviceUse] = {}
    for given in areas:
        if given.unit.pk not in uses:
            use = _used(given, treatment, happened_at=happened_at, by=by)
            uses[given.unit.pk] = use
            if use.unit.recall_id is not None:
                recalls.add_patient(use=use, by=by, at=at)
            for check in (devices.check_not_set_aside, partial(devices.check_in_date, on=on)):
                broken += [
                    (error, "", use.unit)
                    for error in judge([partial(check, use.unit)], deviation_because=because)
                ]
    seen = {str(error) for error, _area, _unit in broken}
    against = rules.reasons_against(treatment, by=actor(practitioner), at=happened_at)
    broken += [(error, "", None) for error in against if str(error) not in seen]
    rows = []
    for given in areas:
        use = uses[given.unit.pk]
        rows.append(
            TreatmentArea(
                clinic_id=by.clinic_id,
                treatment=treatment,
                patient_id=treatment.patient_id,
                device_use=use,
                area=given.area,
                indication=given.indication,
                needle_mm=given.needle_mm,
                passes=given.passes,
                directions=len(given.strokes) or given.directions,
                strokes=[list(stroke) for stroke in given.strokes],
                endpoint=given.endpoint,
                note=given.note.strip(),
                treated_at=happened_at,
                treated_by=practitioner.name,
            )
        )
        broken += [(error, given.area, use.unit) for error in _against_area(given, use, treatment, because)]
    TreatmentArea.objects.bulk_create(rows)
    here = sorted({given.area for given in areas})
    treatment.findings = findings.at_start(treatment.patient, areas=here, on=on)
    treatment.started_at, treatment.started_by = happened_at, practitioner.name
    treatment.finished_at, treatment.finished_by = ended_at, practitioner.name
    treatment.pain, treatment.redness = pain, redness
    treatment.sharps_container, treatment.note = sharps_container.strip(), note.strip()
    treatment.save()
    audit.record(
        Event.TREATMENT_RECORDED_LATE,
        by=by,
        at=at,
        about=treatment,
        detail={
            "happened_at": happened_at.isoformat(),
            "because": because.strip(),
            "areas": [row.area for row in rows],
            "lots": [use.lot for use in uses.values()],
            "passed-by": [error.code for error, _area, _unit in broken],
        },
    )
    sitting = Sitting(treatment, State.FINISHED, cream_on=False, withdrawn_at=None)
    for error, area, unit in broken:
        keep(
            [error],
            sitting=sitting,
            because=because,
            unit=unit,
            area=area,
            happened_at=happened_at,
            by=by,
            at=at,
        )
    checkins.plan_for(treatment, by=by, at=at)
    return treatment


def _opened(
    course: Course,
    practitioner: Staff,
    site: Site,
    *,
    happened_at: datetime,
    because: str,
    by: Actor,
    at: datetime,
) -> Treatment:
    course = (
        Course.objects.select_for_update(of=("self",)).select_related("patient__clinic").get(pk=course.pk)
    )
    plan = (
        Plan.objects.filter(course=course, made_at__lte=happened_at).order_by("-version").first()
        or Plan.objects.filter(course=course).order_by("version").first()
    )
    if plan is None:
        raise NoPlanYet()
    last = Treatment.objects.filter(course=course, voided_at=None).aggregate(number=Max("number"))["number"]
    return Treatment.objects.create(
        clinic=course.patient.clinic,
        patient=course.patient,
        course=course,
        plan=plan,
        number=(last or 0) + 1,
        practitioner=practitioner,
        site=site,
        opened_at=happened_at,
        opened_by=by.name,
        pack_version=pack_of(course.patient.clinic).id,
        recorded_late_at=at,
        recorded_late_by=by.name,
        recorded_late_because=because.strip(),
    )


def _used(given: LateArea, treatment: Treatment, *, happened_at: datetime, by: Actor) -> DeviceUse:
    found = DeviceUnit.objects.select_for_update(of=("self",)).select_related("model")
    unit = found.get(pk=given.unit.pk)
    devices.check_unused(unit)
    DeviceUnit.objects.filter(pk=unit.pk).update(opened_at=happened_at, opened_by=by.name)
    return DeviceUse.objects.create(
        clinic_id=by.clinic_id,
        treatment=treatment,
        unit=unit,
        patient_id=treatment.patient_id,
        lot=unit.lot,
        di=unit.di,
        used_at=happened_at,
        used_by=by.name,
        scanned=given.scanned,
        read_by=check_way(given.read_by, scanned=given.scanned),
    )


def _against_area(given: LateArea, use: DeviceUse, treatment: Treatment, because: str) -> list[ClinicError]:
    checks = (
        partial(rules.check_needle_on_device, use, given.needle_mm),
        partial(
            rules.check_bounds,
            treatment.patient,
            area=given.area,
            indication=given.indication,
            device=use.unit.model.code,
            needle_mm=given.needle_mm,
            passes=given.passes,
        ),
    )
    return [error for error in judge(checks, deviation_because=because) if isinstance(error, RuleBroken)]
