"""Consultations: concerns by area, scores the scales have, findings of the examination."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from needlework.clinic import errors
from needlework.clinic.actions import consultations as actions
from needlework.clinic.actions import screenings as screening_actions
from needlework.clinic.models import AuditEvent, Concern, Consultation, Finding, Patient, Score
from needlework.clinic.queries import consultations as queries
from needlework.clinic.who import Role
from tests.factories import care, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    return people.patient(people.clinic())


def _hold(patient: Patient, **changed: object) -> Consultation:
    person = people.staff(patient.clinic)
    facts: dict[str, object] = {
        "patient": patient,
        "practitioner": person,
        "purpose": "cosmetic",
        "motive": "The scars bother me at work.",
        "expectation": "Smoother skin.",
        "distress": "none",
        "skin_type": 4,
        "examination": care.EXAMINED,
        "concerns": [("atrophic-acne-scars", "cheek-left", "Rolling."), ("fine-lines", "forehead", "")],
        "scores": [("goodman-baron-qualitative", "", Decimal(3)), ("redness", "cheek-left", Decimal(1))],
        "notes": "",
        "by": people.acting(person),
        "at": NOW,
        **changed,
    }
    return actions.hold(**facts)  # type: ignore[arg-type]


def _nothing_is_left() -> bool:
    return not (Consultation.objects.exists() or Concern.objects.exists() or AuditEvent.objects.exists())


def test_a_consultation_keeps_concerns_scores_and_skin_type(patient: Patient) -> None:
    held = _hold(patient)
    assert [str(concern) for concern in held.concerns.order_by("pk")] == [
        "atrophic-acne-scars, cheek-left",
        "fine-lines, forehead",
    ]
    assert Score.objects.filter(consultation=held).count() == 2
    patient.refresh_from_db()
    assert patient.skin_type == 4
    line = AuditEvent.objects.get(event="consultation-held")
    assert line.patient == patient.public_id
    assert line.detail["concerns"] == ["atrophic-acne-scars, cheek-left", "fine-lines, forehead"]


def test_what_the_examination_shows_becomes_a_finding_at_once(patient: Patient) -> None:
    screening_actions.answer(
        patient=patient, answers=care.CLEAR, answered_on="own-phone", by=people.as_patient(patient), at=NOW
    )
    seen = {**care.EXAMINED, "suspicious-lesion": {"answer": "yes", "areas": ["nose"]}}
    _hold(patient, examination=seen)
    row = Finding.objects.get(rule="suspicious-lesion")
    assert (row.verdict, row.areas, row.override_by) == ("refuse", ["nose"], "none")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"purpose": "fun"}, "purpose"),
        ({"motive": "  "}, "motive"),
        ({"expectation": ""}, "expectation"),
        ({"distress": "lots"}, "distress"),
        ({"skin_type": 7}, "skin_type"),
        ({"concerns": []}, "concerns"),
        ({"concerns": [("acne-scars", "nose", "")]}, "concerns"),
        ({"concerns": [("fine-lines", "knows", "")]}, "concerns"),
        ({"concerns": [("fine-lines", "periorbital-left", "")]}, "concerns"),
        ({"concerns": [("striae", "forehead", "")]}, "concerns"),
        ({"concerns": [("fine-lines", "chin", ""), ("fine-lines", "chin", "")]}, "concerns"),
        ({"scores": [("goodman-baron-qualitative", "", Decimal(5))]}, "scores"),
        ({"scores": [("goodman", "", Decimal(1))]}, "scores"),
        ({"scores": [("redness", "cheak", Decimal(1))]}, "scores"),
        ({"scores": [("redness", "", Decimal(1)), ("redness", "", Decimal(2))]}, "scores"),
        ({"examination": {"sun": {"answer": "yes", "date": "2027-01-01"}}}, "sun"),
    ],
)
def test_a_consultation_which_cannot_be_is_refused_at_its_field(
    patient: Patient, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(errors.RuleBroken) as refused:
        _hold(patient, **changed)
    assert errors.field_of(refused.value) == field
    assert _nothing_is_left()


def test_a_minor_is_refused_with_the_day_on_which_to_come_back() -> None:
    minor = people.patient(people.clinic(), born_on=date(2008, 2, 29))
    minor.born_on = date(2012, 2, 29)
    minor.save()
    with pytest.raises(errors.BadInput, match="come back from 1 March 2030"):
        _hold(minor)
    assert _nothing_is_left()


def test_the_practitioner_is_one_of_this_clinic_who_treats(patient: Patient) -> None:
    with pytest.raises(errors.NotFound):
        _hold(patient, practitioner=people.staff(people.clinic()))
    with pytest.raises(errors.BadInput, match="does not hold consultations"):
        _hold(patient, practitioner=people.staff(patient.clinic, Role.ASSISTANT))
    assert _nothing_is_left()


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.FRONT_DESK, Role.MANAGER, Role.AUDITOR])
def test_who_does_not_consult_is_refused(patient: Patient, role: Role) -> None:
    with pytest.raises(errors.NotAllowed):
        _hold(patient, by=people.acting(people.staff(patient.clinic, role)))


def test_a_consultation_of_another_clinic_is_not_found(patient: Patient) -> None:
    held = _hold(patient)
    stranger = people.acting(people.staff(people.clinic()))
    with pytest.raises(errors.NotFound):
        queries.consultation(stranger, held.public_id)
    with pytest.raises(errors.NotFound):
        _hold(patient, by=stranger)
    own = people.acting(people.staff(patient.clinic))
    assert queries.consultation(own, held.public_id) == held


def test_the_form_offers_only_scales_for_before_a_treatment(patient: Patient) -> None:
    offer = queries.offer(patient)
    codes = {scale.code for scale in offer.scales}
    assert "goodman-baron-qualitative" in codes
    assert not {"gais", "patient-improvement", "hair-seven-point", "posas-patient"} & codes
    assert len(offer.indications) == 11
