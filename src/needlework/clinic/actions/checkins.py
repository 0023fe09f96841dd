"""Check-ins: planned at the end of a treatment, answered by the patient, seen by the clinic."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import CheckIn, Incident, Staff, Treatment
from needlework.clinic.rules import checkins as rules
from needlework.clinic.rules import screenings
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor, Role

from . import incidents, messages

DEFAULT_HOURS = (24, 72, 168)


@transaction.atomic
def plan_for(treatment: Treatment, *, by: Actor, at: datetime) -> list[CheckIn]:
    """Plan the check-ins of a treatment at the hours the clinic has chosen. Planning twice changes nothing.

    Raises CheckInTooEarly before the treatment has ended.
    """
    ended = rules.ended_at(treatment)
    there = set(treatment.checkins.values_list("due_at", flat=True))
    planned = [
        CheckIn(
            clinic_id=treatment.clinic_id, treatment=treatment, patient_id=treatment.patient_id, due_at=due_at
        )
        for hours in treatment.clinic.checkin_hours or DEFAULT_HOURS
        if (due_at := ended + timedelta(hours=hours)) not in there
    ]
    if planned:
        CheckIn.objects.bulk_create(planned)
        audit.record(Event.CHECKIN_PLANNED, by=by, at=at, about=treatment, detail={"check-ins": len(planned)})
    return planned


@transaction.atomic
def answer(*, checkin: CheckIn, answers: object, worry: str = "", by: Actor, at: datetime) -> CheckIn:
    """Keep the answers of a check-in, triaged at once. `answers` has the shape of needlework.skin.screening.

    A grave answer opens an incident and writes to the medical lead in the same transaction. Raises NotAllowed,
    NotFound, BadInput, CheckInAnswered, CheckInTooEarly.
    """
    check_access(by, Act.TAKE_HISTORY, checkin)
    checkin = (
        CheckIn.objects.select_for_update(of=("self",))
        .select_related("treatment", "clinic", "patient")
        .get(pk=checkin.pk)
    )
    rules.check_open(checkin)
    worry = rules.check_worry(worry)
    triage, given = rules.judge(checkin, answers, at=at)
    checkin.answers = {code: screenings.as_json(each) for code, each in given.items()}
    checkin.worry = worry
    checkin.level = triage.level
    checkin.flags = rules.flags_json(triage)
    checkin.answered_at, checkin.answered_by = at, by.name
    checkin.save(update_fields=["answers", "worry", "level", "flags", "answered_at", "answered_by"])
    flags = [flag.code for flag in triage.flags]
    audit.record(
        Event.CHECKIN_ANSWERED, by=by, at=at, about=checkin, detail={"level": triage.level, "flags": flags}
    )
    if triage.level in rules.GRAVE:
        grave = next(flag for flag in triage.flags if flag.level in rules.GRAVE)
        incidents.open_incident(
            kind=Incident.RED_FLAG,
            code=grave.code,
            patient=checkin.patient,
            treatment=checkin.treatment,
            checkin=checkin,
            severity="high" if triage.level == "emergency" else "moderate",
            what=triage.advice_staff,
            happened_at=at,
            by=by,
            at=at,
        )
        _tell_the_lead(checkin, triage.level, by=by, at=at)
    return checkin


def _tell_the_lead(checkin: CheckIn, level: str, *, by: Actor, at: datetime) -> None:
    """No clinical detail travels by e-mail: it says that there is something to look at, and how grave."""
    leads = Staff.objects.filter(
        clinic_id=checkin.clinic_id, role=Role.MEDICAL_LEAD.value, is_active=True
    ).exclude(email="")
    urgent = "EMERGENCY" if level == "emergency" else "Same day"
    for lead in leads:
        messages.write(
            patient=checkin.patient,
            to=lead.email,
            subject=f"{urgent}: a check-in needs you ({checkin.patient.number})",
            body=(
                f"Patient {checkin.patient.number} answered a check-in with a red flag. Open Needlework: it stands "
                "on top of Today, with what was answered and what to do."
            ),
            by=by,
            at=at,
        )


@transaction.atomic
def see(*, checkin: CheckIn, note: str = "", by: Actor, at: datetime) -> CheckIn:
    """Mark an answered check-in as seen, with what was done. Raises NotAllowed, NotFound, CheckInNotAnswered."""
    check_access(by, Act.ASSIST, checkin)
    checkin = CheckIn.objects.select_for_update().get(pk=checkin.pk)
    rules.check_answered(checkin)
    if checkin.seen_at is None:
        checkin.seen_at, checkin.seen_by, checkin.seen_note = at, by.name, note.strip()
        checkin.save(update_fields=["seen_at", "seen_by", "seen_note"])
        audit.record(Event.CHECKIN_SEEN, by=by, at=at, about=checkin)
    return checkin
