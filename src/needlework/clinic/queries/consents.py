"""Consent texts and consents: what is shown, what was signed, how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from needlework.clinic.errors import ConsentTextMissing, NotFound
from needlework.clinic.models import (
    Clinic,
    Consent,
    ConsentText,
    DayConsent,
    Patient,
    Plan,
    Treatment,
)
from needlework.clinic.queries.staff import ShownCredential, shown_credentials
from needlework.clinic.rules import consents as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.consents import ConsentState
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor, Role


def current_text(clinic: Clinic | int) -> ConsentText:
    """The text the clinic uses now: the one published last. Raises ConsentTextMissing."""
    clinic_id = clinic if isinstance(clinic, int) else clinic.pk
    text = ConsentText.objects.filter(clinic=clinic_id).order_by("-published_at", "-pk").first()
    if text is None:
        raise ConsentTextMissing()
    return text


def texts(by: Actor) -> list[ConsentText]:
    """Every version, newest first."""
    check_may(by, Act.SEE_STAFF)
    return list(ConsentText.objects.filter(clinic=by.clinic_id).order_by("-published_at", "-pk"))


def signed_under(by: Actor, text: ConsentText, *, at: datetime) -> int:
    """How many consents would have to be signed again if another text were published now."""
    check_access(by, Act.SEE_STAFF, text)
    standing = Consent.objects.filter(
        clinic=by.clinic_id,
        text_sha256=text.sha256,
        withdrawal=None,
        expires_at__gt=at,
        plan__course__closed_at=None,
    )
    return standing.values("plan__course").distinct().count()


def state(plan: Plan, at: datetime) -> ConsentState:
    """How it stands with the consent for this plan at this moment."""
    return rules.standings([plan], at=at)[plan.pk]


def plan_to_sign(by: Actor, public_id: UUID) -> Plan:
    """A plan with all that is shown beside the consent, signed or to be signed. Raises NotFound."""
    check_may(by, Act.TAKE_CONSENT if by.role is Role.PATIENT else Act.SEE_RECORD)
    rows = Plan.objects.filter(clinic=by.clinic_id, public_id=public_id)
    if by.role is Role.PATIENT:
        rows = rows.filter(course__patient=by.patient_id)
    plan = (
        rows.select_related("clinic", "course__patient", "course__consultation__practitioner")
        .prefetch_related("areas__device_model")
        .first()
    )
    if plan is None:
        raise NotFound(thing="plan")
    return plan


def consent(by: Actor, public_id: UUID) -> Consent:
    """One consent as it was signed. Raises NotFound."""
    check_may(by, Act.TAKE_CONSENT if by.role is Role.PATIENT else Act.SEE_RECORD)
    rows = Consent.objects.filter(clinic=by.clinic_id, public_id=public_id)
    if by.role is Role.PATIENT:
        rows = rows.filter(patient=by.patient_id)
    found = rows.select_related("text", "plan__course", "patient", "clinic", "withdrawal").first()
    if found is None:
        raise NotFound(thing="consent")
    return found


def treatment_to_confirm(by: Actor, public_id: UUID) -> Treatment:
    """A treatment for which the patient confirms on the day. Raises NotFound."""
    check_may(by, Act.TAKE_CONSENT)
    rows = Treatment.objects.filter(clinic=by.clinic_id, public_id=public_id)
    if by.role is Role.PATIENT:
        rows = rows.filter(patient=by.patient_id)
    found = rows.select_related(
        "plan__course__patient", "plan__clinic", "patient", "practitioner", "site"
    ).first()
    if found is None:
        raise NotFound(thing="treatment")
    return found


@dataclass(frozen=True, slots=True)
class ShownPractitioner:
    """Who treats, and what that person may prove today."""

    name: str
    registration: str
    credentials: tuple[ShownCredential, ...]


def practitioner_shown(plan: Plan, *, at: datetime) -> ShownPractitioner:
    """The practitioner of a plan as the patient sees them, lapsed proofs marked."""
    person = plan.course.consultation.practitioner
    return ShownPractitioner(
        name=person.name,
        registration=person.registration_number,
        credentials=tuple(shown_credentials(person, local_day(at, plan.clinic.time_zone))),
    )


def newest_plan(by: Actor, patient: Patient) -> Plan | None:
    """The current plan of the patient's newest open course."""
    check_access(by, Act.TAKE_CONSENT, patient)
    rows = Plan.objects.filter(course__patient=patient, course__closed_at=None, course__voided_at=None)
    return rows.order_by("-course__opened_at", "-version").first()


def days_of(consent: Consent) -> list[DayConsent]:
    """The days on which it was confirmed, with who countersigned."""
    rows = consent.days.select_related("treatment").prefetch_related("countersignatures")
    return list(rows.order_by("confirmed_at"))
