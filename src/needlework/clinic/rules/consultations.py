"""What a consultation must hold to: known concerns in areas that are treated, and scores the scales have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from needlework.clinic.errors import BadInput, NotFound, ReferFirst, ScoreNotOnScale
from needlework.clinic.models import Appointment, Consultation, Patient, Staff
from needlework.clinic.who import Role
from needlework.skin import anatomy, packs, scales
from needlework.skin.packs import Pack
from needlework.skin.tables import UnknownCodeError

from .patients import ADULT, adult_on, years
from .wording import day, local_day

ConcernFacts: TypeAlias = tuple[str, str, str]
"""Indication, area, note."""
ScoreFacts: TypeAlias = tuple[str, str, Decimal]
"""Scale, area (may be empty), value."""

PURPOSES = ("medical", "cosmetic")
DISTRESS = ("none", "some", "refer")


def check_practitioner(practitioner: Staff, *, clinic_id: int) -> None:
    """Raises NotFound for another clinic's person, BadInput for one who does not treat."""
    if practitioner.clinic_id != clinic_id:
        raise NotFound(thing="practitioner")
    if not practitioner.is_active or practitioner.role not in (Role.PRACTITIONER, Role.MEDICAL_LEAD):
        raise BadInput(
            because=f"{practitioner.name} does not hold consultations. Choose a practitioner.",
            at_field="practitioner",
        )


def check_facts(*, purpose: str, motive: str, expectation: str, distress: str, skin_type: int) -> None:
    """The questions every consultation answers. Raises BadInput at the first that is open."""
    if purpose not in PURPOSES:
        raise BadInput(because="Say whether the purpose is medical or cosmetic.", at_field="purpose")
    if not motive.strip():
        raise BadInput(because="Write down why the patient wants it, in their words.", at_field="motive")
    if not expectation.strip():
        raise BadInput(because="Write down what the patient expects of it.", at_field="expectation")
    if distress not in DISTRESS:
        raise BadInput(because="Say whether the worry is in proportion.", at_field="distress")
    if skin_type not in range(1, 7):
        raise BadInput(because="The skin type is a number from 1 to 6.", at_field="skin_type")


def check_concerns(concerns: Sequence[ConcernFacts], pack: Pack) -> None:
    """Raises BadInput: none at all, an unknown code, an area where this is not treated, the same twice."""
    if not concerns:
        raise BadInput(
            because="Choose at least one area and what is to be treated there.", at_field="concerns"
        )
    seen: set[tuple[str, str]] = set()
    for indication, area, _note in concerns:
        try:
            row = packs.find(indication, pack.indications, "indication")
            place = anatomy.get(area, pack)
        except UnknownCodeError as wrong:
            raise BadInput(because=str(wrong), at_field="concerns") from wrong
        if place.inside_orbital_rim:
            raise BadInput(
                because=f"{place.name}: this area is never needled. Put what you saw into the notes.",
                at_field="concerns",
            )
        if place.region not in row.regions:
            raise BadInput(because=f"{row.name} is not treated on the {place.region}.", at_field="concerns")
        if (indication, area) in seen:
            raise BadInput(because=f"{row.name}, {place.name}, is there twice.", at_field="concerns")
        seen.add((indication, area))


def check_scores(scores: Sequence[ScoreFacts], pack: Pack) -> None:
    """Every score is one its scale has, once for an area. Raises ScoreNotOnScale."""
    seen: set[tuple[str, str]] = set()
    for scale, area, value in scores:
        try:
            scales.check_score(scale, float(value), pack)
            if area:
                anatomy.get(area, pack)
        except (UnknownCodeError, scales.ScoreError) as wrong:
            raise ScoreNotOnScale(because=str(wrong)) from wrong
        if (scale, area) in seen:
            raise ScoreNotOnScale(
                because="The same scale is scored twice for one area. Keep one of the two scores."
            )
        seen.add((scale, area))


def check_appointment(appointment: Appointment | None, patient: Patient) -> None:
    """Raises NotFound for somebody else's appointment."""
    if appointment is not None and appointment.patient_id != patient.pk:
        raise NotFound(thing="appointment")


def check_adult(patient: Patient, *, on: date) -> None:
    """Raises BadInput for a patient under 18: the labelling does not allow it."""
    if years(patient.born_on, on) < ADULT:
        grown = day(adult_on(patient.born_on))
        raise BadInput(because=f"{patient} is under 18. We treat adults only; come back from {grown}.")


def check_not_referred(consultation: Consultation) -> None:
    """Raises ReferFirst."""
    if consultation.distress == "refer":
        held_on = day(local_day(consultation.held_at, consultation.clinic.time_zone))
        raise ReferFirst(held_on=held_on, patient=consultation.patient)
