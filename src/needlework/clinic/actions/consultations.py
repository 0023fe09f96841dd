"""Hold a consultation: what was seen and said, area by area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import Appointment, Concern, Consultation, Patient, Score, Staff
from needlework.clinic.rules import consultations as rules
from needlework.clinic.rules import screenings as screening_rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

from . import screenings


@transaction.atomic
def hold(
    *,
    patient: Patient,
    practitioner: Staff,
    purpose: str,
    motive: str,
    expectation: str,
    distress: str,
    skin_type: int,
    examination: Mapping[str, Any],
    concerns: Sequence[rules.ConcernFacts],
    scores: Sequence[rules.ScoreFacts] = (),
    notes: str = "",
    appointment: Appointment | None = None,
    by: Actor,
    at: datetime,
) -> Consultation:
    """Keep one consultation with its concerns and scores; what the examination shows becomes findings at once.

    `examination` has the shape of `skin.screening.from_json`. Raises NotAllowed, NotFound, or BadInput at its field.
    """
    check_access(by, Act.CONSULT, patient)
    rules.check_practitioner(practitioner, clinic_id=by.clinic_id)
    rules.check_appointment(appointment, patient)
    patient = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    pack = screening_rules.pack_of(patient.clinic)
    on = local_day(at, patient.clinic.time_zone)
    rules.check_adult(patient, on=on)
    rules.check_facts(
        purpose=purpose, motive=motive, expectation=expectation, distress=distress, skin_type=skin_type
    )
    rules.check_concerns(concerns, pack)
    rules.check_scores(scores, pack)
    kept = screening_rules.read_answers(examination, patient=patient, on=on, by=by, examined=True)
    consultation = Consultation.objects.create(
        clinic=patient.clinic,
        patient=patient,
        practitioner=practitioner,
        appointment=appointment,
        purpose=purpose,
        motive=motive.strip(),
        expectation=expectation.strip(),
        distress=distress,
        skin_type=skin_type,
        examination=kept,
        notes=notes.strip(),
        held_at=at,
        held_by=by.name,
    )
    Concern.objects.bulk_create(
        Concern(
            clinic=patient.clinic,
            consultation=consultation,
            patient=patient,
            indication=indication,
            area=area,
            note=note.strip(),
        )
        for indication, area, note in concerns
    )
    Score.objects.bulk_create(
        Score(
            clinic=patient.clinic,
            patient=patient,
            consultation=consultation,
            scale=scale,
            area=area,
            value=value,
            scored_at=at,
            scored_by=by.name,
        )
        for scale, area, value in scores
    )
    patient.skin_type = skin_type
    patient.save(update_fields=["skin_type"])
    found = screenings.keep_findings(patient, at=at, zone=patient.clinic.time_zone)
    audit.record(
        Event.CONSULTATION_HELD,
        by=by,
        at=at,
        about=consultation,
        detail={
            "purpose": purpose,
            "concerns": [f"{indication}, {area}" for indication, area, _note in concerns],
            "scores": len(scores),
            "findings": found,
        },
    )
    return consultation
