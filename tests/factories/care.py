"""From the first history to a consent: rows as the actions would have left them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from needlework.clinic.models import (
    Clinic,
    Concern,
    Consent,
    ConsentText,
    Consultation,
    Countersignature,
    Course,
    DayConsent,
    DeviceModel,
    History,
    Patient,
    Plan,
    PlanArea,
    Site,
    Staff,
    Treatment,
)
from needlework.skin import screening

from . import people
from .people import NOW

_n = count(1)

STATEMENTS = [["read", "I have read this."], ["free", "I want this myself."]]
#: answers of somebody against whom nothing speaks
CLEAR: dict[str, dict[str, object]] = {
    question.code: {"choice": "2"} if question.type == "choice" else {"answer": "no"}
    for question in screening.questions()
    if question.type in ("yes_no", "choice")
}
#: what the practitioner sees on somebody against whom nothing speaks
EXAMINED: dict[str, dict[str, object]] = {
    question.code: {"answer": "no"} for question in screening.questions() if question.type == "practitioner"
}


def answers(**changed: dict[str, object]) -> dict[str, dict[str, object]]:
    """Answers of a healthy person, but for these; an underscore stands for a hyphen."""
    return {**CLEAR, **{code.replace("_", "-"): given for code, given in changed.items()}}


def device_model(code: str = "dermaroller-mf-8", **facts: object) -> DeviceModel:
    """A model of the catalogue, made once."""
    found = DeviceModel.objects.filter(code=code).first()
    if found is not None:
        return found
    return DeviceModel.objects.create(
        **{
            "code": code,
            "name": "Genuine Dermaroller MF8",
            "maker": "Dermaroller GmbH",
            "kind": "roller",
            "needles": 192,
            "needle_mm_min": Decimal("1.5"),
            "needle_mm_max": Decimal("1.5"),
            "source": "test",
            **facts,
        }
    )


def consultation(
    of: Patient, by: Staff | None = None, *, areas: tuple[str, ...] = ("cheek-left",), **facts: object
) -> Consultation:
    """A consultation with one concern, acne scars, in each area."""
    by = by or people.staff(of.clinic)
    held = Consultation.objects.create(
        **{
            "clinic": of.clinic,
            "patient": of,
            "practitioner": by,
            "purpose": "cosmetic",
            "motive": "The scars bother her at work.",
            "expectation": "Somewhat smoother skin.",
            "distress": "none",
            "skin_type": 2,
            "examination": EXAMINED,
            "held_at": NOW - timedelta(days=10),
            "held_by": by.name,
            **facts,
        }
    )
    for area in areas:
        Concern.objects.create(
            clinic=of.clinic, consultation=held, patient=of, indication="atrophic-acne-scars", area=area
        )
    return held


def course(of: Patient, held: Consultation | None = None, **facts: object) -> Course:
    held = held or consultation(of)
    return Course.objects.create(
        **{
            "clinic": of.clinic,
            "patient": of,
            "consultation": held,
            "title": "Acne scars",
            "opened_at": NOW - timedelta(days=9),
            "opened_by": "Practitioner",
            **facts,
        }
    )


def plan(
    of: Course | Patient,
    *,
    areas: tuple[str, ...] = ("cheek-left",),
    version: int = 1,
    device: DeviceModel | None = None,
    **facts: object,
) -> Plan:
    """A plan of one area or several, with a roller of 1.5 mm unless another device is given."""
    of = course(of) if isinstance(of, Patient) else of
    made = Plan.objects.create(
        **{
            "clinic": of.clinic,
            "course": of,
            "version": version,
            "treatments_planned": 4,
            "interval_days": 28,
            "pack_version": "test",
            "made_at": NOW - timedelta(days=9),
            "made_by": "Practitioner",
            **facts,
        }
    )
    for area in areas:
        PlanArea.objects.create(
            clinic=of.clinic,
            plan=made,
            area=area,
            indication="atrophic-acne-scars",
            device_model=device or device_model(),
            needle_mm=Decimal("1.5"),
            passes=8,
            endpoint="Even redness with pinpoint bleeding.",
        )
    return made


def consent_text(of: Clinic, **facts: object) -> ConsentText:
    version = str(facts.get("version", f"test-{next(_n)}"))
    return ConsentText.objects.create(
        **{
            "clinic": of,
            "version": version,
            "title": "Consent",
            "body": "What is done.",
            "statements": STATEMENTS,
            "sha256": hashlib.sha256(version.encode()).hexdigest(),
            "published_at": NOW - timedelta(days=100),
            "published_by": "Medical lead",
            **facts,
        }
    )


def text_of(of: Clinic) -> ConsentText:
    """The clinic's text, made if it has none."""
    return ConsentText.objects.filter(clinic=of).order_by("-published_at", "-pk").first() or consent_text(of)


def consent(of: Plan, *, signed_at: datetime | None = None, **facts: object) -> Consent:
    """Signed a week ago, so waited out; 48 hours of reflection and a year of validity."""
    signed_at = signed_at or NOW - timedelta(days=7)
    text = facts.pop("text", None) or text_of(of.clinic)
    assert isinstance(text, ConsentText)
    patient = of.course.patient
    return Consent.objects.create(
        **{
            "clinic": of.clinic,
            "patient": patient,
            "plan": of,
            "text": text,
            "text_sha256": text.sha256,
            "shown_at": signed_at - timedelta(minutes=9),
            "understood": [code for code, _sentence in text.statements],
            "signed_at": signed_at,
            "signed_by": patient.name,
            "signed_on": "own-phone",
            "reflected_at": signed_at + timedelta(hours=48),
            "expires_at": signed_at + timedelta(days=365),
            **facts,
        }
    )


def treatment(of: Plan, by: Staff | None = None, at: Site | None = None, **facts: object) -> Treatment:
    """A treatment which has been opened and no more."""
    by = by or people.staff(of.clinic)
    return Treatment.objects.create(
        **{
            "clinic": of.clinic,
            "patient": of.course.patient,
            "course": of.course,
            "plan": of,
            "number": 1 + of.course.treatments.count(),
            "practitioner": by,
            "site": at or people.site(of.clinic),
            "opened_at": NOW,
            "opened_by": by.name,
            **facts,
        }
    )


def confirmed(of: Treatment, consent: Consent, *, by: Staff | None = None, at: datetime = NOW) -> DayConsent:
    """Confirmed by the patient, and countersigned by `by` where given."""
    day = DayConsent.objects.create(
        clinic=of.clinic,
        consent=consent,
        treatment=of,
        confirmed_at=at,
        confirmed_by=of.patient.name,
        confirmed_on="clinic",
    )
    if by is not None:
        Countersignature.objects.create(clinic=of.clinic, day=day, staff=by, signed_at=at, signed_by=by.name)
    return day


def history(of: Patient, given: dict[str, dict[str, object]] | None = None, **facts: object) -> History:
    """Answers as they were stored; those of a healthy person if none are given."""
    return History.objects.create(
        **{
            "clinic": of.clinic,
            "patient": of,
            "answers": given if given is not None else CLEAR,
            "pack_version": "test",
            "answered_at": NOW - timedelta(days=12),
            "answered_by": of.name,
            "answered_on": "own-phone",
            **facts,
        }
    )
