"""Whether a consent stands. It is never typed in: it follows from what was signed, when, and for what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Max

from needlework.clinic.errors import (
    AlreadyCountersigned,
    BadInput,
    ConsentAlreadyConfirmed,
    ConsentAlreadySigned,
    ConsentExpired,
    ConsentNeeded,
    ConsentNotConfirmed,
    ConsentNotCountersigned,
    ConsentOutdated,
    ConsentReflecting,
    ConsentTextMissing,
    ConsentTextOutdated,
    ConsentWithdrawn,
    NotTheOneWhoTreats,
    PlanOutdated,
    SignatureMissing,
    StatementsMissing,
)
from needlework.clinic.models import Consent, ConsentText, DayConsent, Plan, Staff, Treatment
from needlework.clinic.who import Actor, Role

from . import transitions
from .wording import local_day, moment

_PATH = re.compile(r"[MLml0-9 .,\-]{0,60000}")
_PLACES = frozenset({"own-phone", "clinic", "paper"})


class Standing(StrEnum):
    """How it stands with the consent for a plan."""

    NEEDED = "needed"
    REFLECTING = "reflecting"
    IN_FORCE = "in-force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class ConsentState:
    """How it stands, the consent meant, and the moment it turns (end of reflection, or expiry)."""

    code: Standing
    consent: Consent | None = None
    until: datetime | None = None
    because: str = ""


def judge(
    plan: Plan, *, consent: Consent | None, text: ConsentText | None, current_plan: int, at: datetime
) -> ConsentState:
    """How it stands with a plan, given the latest consent of its course, the clinic's text and the current plan.

    The reflection period is over at its very last second; a consent has expired at the very second of its expiry.
    """
    if consent is None:
        return ConsentState(Standing.NEEDED)
    if hasattr(consent, "withdrawal"):
        return ConsentState(Standing.WITHDRAWN, consent, consent.withdrawal.withdrawn_at)
    if plan.pk != current_plan:
        return ConsentState(Standing.OUTDATED, consent, because="A newer version of the plan has been made.")
    if consent.plan_id != plan.pk:
        because = f"The plan was changed (version {plan.version}) after it was signed."
        return ConsentState(Standing.OUTDATED, consent, because=because)
    if text is None or consent.text_sha256 != text.sha256:
        because = "A newer consent text has been published since it was signed."
        return ConsentState(Standing.OUTDATED, consent, because=because)
    if at < consent.reflected_at:
        return ConsentState(Standing.REFLECTING, consent, consent.reflected_at)
    if at >= consent.expires_at:
        return ConsentState(Standing.EXPIRED, consent, consent.expires_at)
    return ConsentState(Standing.IN_FORCE, consent, consent.expires_at)


def standings(plans: Iterable[Plan], *, at: datetime) -> dict[int, ConsentState]:
    """How it stands with many plans, by the plan's primary key; three queries, however many there are."""
    asked = list(plans)
    if not asked:
        return {}
    courses = {plan.course_id for plan in asked}
    latest: dict[int, Consent] = {}
    signed = Consent.objects.filter(plan__course__in=courses).select_related("plan", "withdrawal")
    for consent in signed.order_by("signed_at", "pk"):
        latest[consent.plan.course_id] = consent
    version = _newest_versions(courses)
    texts = current_texts({plan.clinic_id for plan in asked})
    return {
        plan.pk: judge(
            plan,
            consent=latest.get(plan.course_id),
            text=texts.get(plan.clinic_id),
            current_plan=plan.pk if version[plan.course_id] == plan.version else 0,
            at=at,
        )
        for plan in asked
    }


def _newest_versions(courses: Iterable[int]) -> dict[int, int]:
    rows = Plan.objects.filter(course__in=set(courses)).values("course").annotate(version=Max("version"))
    return {row["course"]: row["version"] for row in rows}


def current_texts(clinics: Iterable[int]) -> dict[int, ConsentText]:
    """The text that is in use in each clinic, by its primary key, without the words."""
    texts = ConsentText.objects.filter(clinic__in=set(clinics)).order_by("published_at", "pk")
    return {text.clinic_id: text for text in texts.defer("body")}


def check_in_force(plan: Plan, *, at: datetime) -> Consent:
    """The consent that stands for this plan at this moment.

    Raises ConsentNeeded, ConsentReflecting, ConsentOutdated, ConsentWithdrawn or ConsentExpired.
    """
    state = standings([plan], at=at)[plan.pk]
    consent = state.consent
    if consent is None:
        raise ConsentNeeded(patient=plan.course.patient)
    zone = plan.clinic.time_zone
    if state.code is Standing.WITHDRAWN:
        withdrawn_at = moment(consent.withdrawal.withdrawn_at, zone)
        raise ConsentWithdrawn(patient=plan.course.patient, withdrawn_at=withdrawn_at)
    if state.code is Standing.OUTDATED:
        raise ConsentOutdated(because=state.because)
    if state.code is Standing.REFLECTING:
        raise ConsentReflecting(until=moment(consent.reflected_at, zone))
    if state.code is Standing.EXPIRED:
        raise ConsentExpired(expired_at=moment(consent.expires_at, zone))
    return consent


def day_consent(treatment: Treatment, *, at: datetime) -> DayConsent | None:
    """The patient's confirmation for this treatment, given on the day of `at` at the treatment's site."""
    zone = treatment.site.time_zone
    last = treatment.day_consents.select_related("consent").order_by("-confirmed_at", "-pk").first()
    if last is None or local_day(last.confirmed_at, zone) != local_day(at, zone):
        return None
    return last


def check_confirmed(treatment: Treatment, *, staff: Staff, at: datetime) -> DayConsent:
    """The patient has confirmed today, under the consent which is in force, and `staff` has countersigned.

    Raises what `check_in_force` raises, ConsentNotConfirmed or ConsentNotCountersigned.
    """
    confirmed = check_patient_confirmed(treatment, check_in_force(treatment.plan, at=at), at=at)
    if not confirmed.countersignatures.filter(staff=staff).exists():
        raise ConsentNotCountersigned(staff=staff)
    return confirmed


def check_patient_confirmed(treatment: Treatment, consent: Consent, *, at: datetime) -> DayConsent:
    """The patient's half of today. Raises ConsentNotConfirmed."""
    confirmed = day_consent(treatment, at=at)
    if confirmed is None or confirmed.consent_id != consent.pk:
        raise ConsentNotConfirmed(patient=treatment.patient)
    return confirmed


def check_not_confirmed(treatment: Treatment, consent: Consent, *, at: datetime) -> None:
    """Raises ConsentAlreadyConfirmed."""
    confirmed = day_consent(treatment, at=at)
    if confirmed is not None and confirmed.consent_id == consent.pk:
        there = moment(confirmed.confirmed_at, treatment.site.time_zone)
        raise ConsentAlreadyConfirmed(confirmed_at=there.rpartition(" ")[2])


def check_may_countersign(treatment: Treatment, *, by: Actor) -> None:
    """Only the person who treats. Raises NotTheOneWhoTreats."""
    if by.staff_id is None or by.staff_id != treatment.practitioner_id:
        raise NotTheOneWhoTreats(practitioner=treatment.practitioner)


def check_not_countersigned(confirmed: DayConsent, *, by: Actor) -> None:
    """Raises AlreadyCountersigned."""
    if confirmed.countersignatures.filter(staff=by.staff_id).exists():
        raise AlreadyCountersigned()


def check_before_start(treatment: Treatment) -> None:
    """History and consent are confirmed before the needling begins. Raises TreatmentWrongMoment, TreatmentSigned."""
    transitions.check_move(treatment, transitions.state(treatment), transitions.Deed.AGREE)


def check_can_be_signed(plan: Plan, text: ConsentText, *, at: datetime) -> None:
    """Right plan, right text, and nothing signed that still stands.

    Raises ConsentTextMissing, ConsentTextOutdated, PlanOutdated or ConsentAlreadySigned.
    """
    current = current_texts([plan.clinic_id]).get(plan.clinic_id)
    if current is None:
        raise ConsentTextMissing()
    if current.sha256 != text.sha256:
        raise ConsentTextOutdated(version=current.version)
    newest = plan.course.plans.aggregate(version=Max("version"))["version"]
    if newest != plan.version:
        raise PlanOutdated(version=newest)
    state = standings([plan], at=at)[plan.pk]
    if state.consent is not None and state.code in {Standing.REFLECTING, Standing.IN_FORCE}:
        raise ConsentAlreadySigned(signed_at=moment(state.consent.signed_at, plan.clinic.time_zone))


def check_understood(text: ConsentText, ticked: Sequence[str]) -> list[str]:
    """The codes ticked, in the order of the text. Raises StatementsMissing, or BadInput for a foreign code."""
    codes = [code for code, _sentence in text.statements]
    foreign = sorted(set(ticked) - set(codes))
    if foreign:
        raise BadInput(because="A statement was ticked that is not in this text.", at_field="understood")
    missing = [code for code in codes if code not in ticked]
    if missing:
        raise StatementsMissing(missing=len(missing), all=len(codes))
    return codes


def check_signature(name: str, path: str, *, place: str, by: Actor) -> None:
    """A name, a drawing that is one, and a place that fits the person who acts.

    Raises SignatureMissing or BadInput.
    """
    if not name.strip():
        raise SignatureMissing()
    if not _PATH.fullmatch(path):
        raise BadInput(
            because="The drawn signature cannot be read. Clear it and sign again.", at_field="signature"
        )
    if place not in _PLACES:
        raise BadInput(because="Say where it was signed: own phone, clinic or paper.", at_field="signed_on")
    if (by.role is Role.PATIENT) != (place == "own-phone"):
        raise BadInput(
            because="On the patient's own phone only the patient signs; in the clinic, staff hold the device.",
            at_field="signed_on",
        )


def check_shown(shown_at: datetime, *, at: datetime) -> None:
    """Raises BadInput for a text which was shown after it was signed."""
    if shown_at > at:
        raise BadInput(because="The text must be shown before it is signed. Open the page again.")
