"""One sitting from opening to signature. What is done in between stands in the modules beside, named here too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, NotAllowed, NotFound, TreatmentStillOpen
from needlework.clinic.models import Amendment, Appointment, Consent, Course, Plan, Site, Staff, Treatment
from needlework.clinic.rules import findings, screenings, signatures
from needlework.clinic.rules import treatments as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.reasons import check_reason
from needlework.clinic.rules.screenings import pack_of
from needlework.clinic.rules.transitions import Deed
from needlework.clinic.who import Actor

from . import aftercare, checkins, consents
from .anaesthetics import apply_anaesthetic, remove_anaesthetic, void_anaesthetic
from .charting import sit
from .device_uses import return_unit, use_device, void_device_use, witness_packet
from .topicals import apply_topical, void_topical
from .treated_areas import AreaDone, treat_area, treat_areas, void_area
from .voiding import take_back

__all__ = [
    "AreaDone",
    "amend",
    "apply_anaesthetic",
    "apply_topical",
    "close_unused",
    "finish",
    "give_aftercare",
    "note_reasons_asked",
    "open_treatment",
    "remove_anaesthetic",
    "return_unit",
    "sign",
    "soothe",
    "start",
    "stop",
    "take_over",
    "treat_area",
    "treat_areas",
    "use_device",
    "void_anaesthetic",
    "void_area",
    "void_device_use",
    "void_topical",
    "witness_packet",
]


@transaction.atomic
def open_treatment(
    *,
    course: Course,
    practitioner: Staff,
    site: Site,
    appointment: Appointment | None = None,
    by: Actor,
    at: datetime,
) -> Treatment:
    """Open the next treatment of a course, under its current plan. Nothing is done to the skin yet.

    Raises NotAllowed, NotFound, CourseClosed, NoPlanYet, TreatmentStillOpen, PlanUsedUp.
    """
    check_access(by, Act.ASSIST, course)
    for thing in (practitioner, site, appointment):
        if thing is not None:
            check_access(by, Act.ASSIST, thing)
    if appointment is not None and appointment.patient_id != course.patient_id:
        raise NotFound(thing="appointment")
    course = Course.objects.select_for_update(of=("self",)).select_related("patient").get(pk=course.pk)
    rows = Treatment.objects.filter(course=course, voided_at=None)
    plan = Plan.objects.filter(course=course).order_by("-version").first()
    unsigned = rows.filter(signed_at=None).first()
    done = 0 if plan is None else rows.filter(plan__course=course, started_at__isnull=False).count()
    plan = rules.check_can_open(course, plan, unsigned=unsigned, done=done, zone=site.time_zone)
    last = Treatment.objects.filter(course=course, voided_at=None).aggregate(number=Max("number"))["number"]
    try:
        with transaction.atomic():
            treatment = Treatment.objects.create(
                clinic_id=by.clinic_id,
                patient=course.patient,
                course=course,
                plan=plan,
                number=(last or 0) + 1,
                practitioner=practitioner,
                site=site,
                appointment=appointment,
                opened_at=at,
                opened_by=by.name,
            )
    except IntegrityError as clash:  # two people opened it at once
        raise TreatmentStillOpen(number=(last or 0) + 1) from clash
    audit.record(
        Event.TREATMENT_OPENED,
        by=by,
        at=at,
        about=treatment,
        detail={"course": str(course.public_id), "number": treatment.number, "plan": plan.version},
    )
    return treatment


@transaction.atomic
def take_over(*, treatment: Treatment, by: Actor, at: datetime) -> Treatment:
    """The one who acts treats instead. A new countersignature is needed then; the patient does not wait again.

    Raises NotAllowed, NotFound, TreatmentWrongMoment, TreatmentSigned.
    """
    sitting = sit(treatment, by=by, act=Act.TREAT)
    sitting.check_moment(Deed.AGREE)
    if by.staff_id is None:
        raise NotAllowed(role=by.role.label.lower(), who="the practitioner who treats")
    row = sitting.treatment
    before, row.practitioner_id = row.practitioner, by.staff_id
    row.save(update_fields=["practitioner"])
    audit.record(Event.TREATMENT_TAKEN_OVER, by=by, at=at, about=row, detail={"from": str(before.public_id)})
    return row


@transaction.atomic
def close_unused(*, treatment: Treatment, because: str, by: Actor, at: datetime) -> Treatment:
    """Close a treatment that was opened in error, before anything was done.

    Raises NotAllowed, NotFound, ReasonNeeded, TreatmentWrongMoment, TreatmentSigned.
    """
    sitting = sit(treatment, by=by, act=Act.ASSIST)
    sitting.check_moment(Deed.CLOSE_UNUSED)
    row = sitting.treatment
    if row.device_uses.filter(returned_at=None).exists() or row.anaesthetics.filter(voided_at=None).exists():
        raise BadInput(because="A packet was opened or cream was put on. Stop the treatment instead.")
    take_back(row=row, because=because, by=by, at=at)
    audit.record(Event.TREATMENT_VOIDED, by=by, at=at, about=row, detail={"because": because.strip()})
    return row


def start(*, treatment: Treatment, by: Actor, at: datetime) -> Treatment:
    """Start the needling, if nothing stands against it. A refusal leaves a line in the trail.

    Raises NotAllowed, NotFound, or the first of `rules.treatments.reasons_against`.
    """
    check_access(by, Act.TREAT, treatment)
    with transaction.atomic():
        sitting = sit(treatment, by=by, act=Act.TREAT)
        row = sitting.treatment
        planned = list(row.plan.areas.select_related("device_model"))
        known = screenings.known_of([row.patient])[row.patient_id]
        reasons = rules.reasons_against(row, by=by, at=at, planned=planned, known=known)
        if not reasons:
            row.started_at, row.started_by = at, by.name
            row.pack_version = pack_of(row.clinic).id
            areas = sorted({each.area for each in planned})
            row.findings = findings.at_start(row.patient, areas=areas, on=sitting.on(at), known=known)
            row.save(update_fields=["started_at", "started_by", "pack_version", "findings"])
            detail = {"pack": row.pack_version, "rules": [finding["rule"] for finding in row.findings]}
            audit.record(Event.TREATMENT_STARTED, by=by, at=at, about=row, detail=detail)
            return row
        codes = [reason.code for reason in reasons]
        audit.record(Event.TREATMENT_REFUSED, by=by, at=at, about=row, detail={"reasons": codes})
    raise reasons[0]


@transaction.atomic
def note_reasons_asked(*, treatment: Treatment, reasons: Sequence[str], by: Actor, at: datetime) -> None:
    """Write that somebody asked why a treatment cannot start. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_RECORD, treatment)
    audit.record(Event.REASONS_ASKED, by=by, at=at, about=treatment, detail={"reasons": list(reasons)})


@transaction.atomic
def stop(
    *, treatment: Treatment, because: str, consent_withdrawn: bool = False, by: Actor, at: datetime
) -> Treatment:
    """Stop the treatment, at any step. It leads on to aftercare and signing, as a finished one does.

    With `consent_withdrawn` the patient has taken the consent back: that is recorded too.
    Raises NotAllowed, NotFound, ReasonNeeded, TreatmentWrongMoment, TreatmentSigned.
    """
    check_reason(because)
    sitting = sit(treatment, by=by, act=Act.ASSIST)
    sitting.check_moment(Deed.STOP)
    row = sitting.treatment
    row.stopped_at, row.stopped_by, row.stopped_because = at, by.name, because.strip()
    row.save(update_fields=["stopped_at", "stopped_by", "stopped_because"])
    audit.record(
        Event.TREATMENT_STOPPED, by=by, at=at, about=row, detail={"consent-withdrawn": consent_withdrawn}
    )
    if consent_withdrawn and sitting.withdrawn_at is None:
        signed = Consent.objects.filter(plan__course=row.course_id, withdrawal=None)
        consent = signed.order_by("-signed_at", "-pk").first()
        if consent is not None:
            consents.withdraw(consent=consent, because=because.strip(), by=by, at=at)
    if row.areas.filter(voided_at=None).exists():
        checkins.plan_for(row, by=by, at=at)
    return row


@transaction.atomic
def finish(*, treatment: Treatment, by: Actor, at: datetime) -> Treatment:
    """The needles are down. The check-ins are planned from this moment.

    Raises NotAllowed, NotFound, NothingTreated, TreatmentWrongMoment, TreatmentSigned.
    """
    sitting = sit(treatment, by=by, act=Act.TREAT)
    sitting.check_moment(Deed.FINISH)
    row = sitting.treatment
    rules.check_something_treated(row)
    row.finished_at, row.finished_by = at, by.name
    row.save(update_fields=["finished_at", "finished_by"])
    audit.record(Event.TREATMENT_FINISHED, by=by, at=at, about=row)
    checkins.plan_for(row, by=by, at=at)
    return row


@transaction.atomic
def soothe(
    *,
    treatment: Treatment,
    pain: int | None,
    redness: str,
    sharps_container: str,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Treatment:
    """Record how the patient and the skin are, and where the sharps went.

    Raises NotAllowed, NotFound, BadInput, TreatmentWrongMoment, TreatmentSigned.
    """
    sitting = sit(treatment, by=by, act=Act.ASSIST)
    sitting.check_moment(Deed.SOOTHE)
    sharps_container = sharps_container.strip()
    signatures.check_soothing(pain=pain, redness=redness, sharps_container=sharps_container)
    row = sitting.treatment
    row.pain, row.redness, row.sharps_container, row.note = pain, redness, sharps_container, note.strip()
    row.save(update_fields=["pain", "redness", "sharps_container", "note"])
    audit.record(
        Event.SOOTHING_RECORDED,
        by=by,
        at=at,
        about=row,
        detail={"pain": pain, "redness": redness, "sharps_container": sharps_container},
    )
    return row


@transaction.atomic
def give_aftercare(*, treatment: Treatment, note: str = "", by: Actor, at: datetime) -> Treatment:
    """Give the aftercare sheet, with the clock times of this treatment. It is kept exactly as it was given.

    Where no area was treated there is nothing to look after, and no sheet; that it was talked about is recorded.
    Raises NotAllowed, NotFound, TreatmentWrongMoment, TreatmentSigned.
    """
    sitting = sit(treatment, by=by, act=Act.ASSIST)
    sitting.check_moment(Deed.GIVE_AFTERCARE)
    row = sitting.treatment
    row.aftercare_at, row.aftercare_by, row.aftercare_note = at, by.name, note.strip()
    row.save(update_fields=["aftercare_at", "aftercare_by", "aftercare_note"])
    document = aftercare.give_sheet(treatment=row, by=by, at=at)
    audit.record(
        Event.AFTERCARE_GIVEN,
        by=by,
        at=at,
        about=row,
        detail={"document": None if document is None else str(document.public_id)},
    )
    return row


@transaction.atomic
def sign(*, treatment: Treatment, by: Actor, at: datetime, identified: bool) -> Treatment:
    """The one who treated signs; from now on nothing in the treatment changes.

    `identified` says that the person has just given PIN or password again (actions.staff.identify).
    Raises NotAllowed, NotFound, OnlyTheOneWhoTreatedSigns, NotIdentified, TreatmentWrongMoment, TreatmentSigned,
    CreamStillOn, WitnessMissing, SoothingMissing, AftercareMissing.
    """
    sitting = sit(treatment, by=by, act=Act.SIGN)
    sitting.check_moment(Deed.SIGN)
    row = sitting.treatment
    signatures.check_may_sign(row, by=by, identified=identified)
    signatures.check_complete(
        row,
        uses=list(row.device_uses.filter(voided_at=None).select_related("unit__model")),
        treated=row.areas.filter(voided_at=None).exists(),
        creams=list(row.anaesthetics.filter(voided_at=None, removed_at=None)) if sitting.cream_on else [],
    )
    row.signed_at, row.signed_by, row.signer_id = at, by.name, by.staff_id
    row.save(update_fields=["signed_at", "signed_by", "signer"])
    audit.record(Event.TREATMENT_SIGNED, by=by, at=at, about=row)
    return row


@transaction.atomic
def amend(*, treatment: Treatment, text: str, because: str, by: Actor, at: datetime) -> Amendment:
    """Add to a signed treatment. What was signed stays as it was.

    Raises NotAllowed, NotFound, ReasonNeeded, BadInput, TreatmentWrongMoment.
    """
    check_reason(because)
    if not text.strip():
        raise BadInput(because="Write what is to be added or corrected.", at_field="text")
    sitting = sit(treatment, by=by, act=Act.TREAT)
    sitting.check_moment(Deed.AMEND)
    facts: dict[str, Any] = {"text": text.strip(), "because": because.strip()}
    amendment = Amendment.objects.create(
        clinic_id=by.clinic_id, treatment=sitting.treatment, amended_at=at, amended_by=by.name, **facts
    )
    audit.record(
        Event.TREATMENT_AMENDED,
        by=by,
        at=at,
        about=sitting.treatment,
        detail={"amendment": str(amendment.public_id)},
    )
    return amendment
