"""Consent in two stages: signed for the course, confirmed and countersigned on each day."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import (
    AlreadyCountersigned,
    BadInput,
    ConsentAlreadyWithdrawn,
    ConsentTextUnchanged,
    NotFound,
)
from needlework.clinic.models import (
    Clinic,
    Consent,
    ConsentText,
    Countersignature,
    Course,
    DayConsent,
    Plan,
    Treatment,
    Withdrawal,
)
from needlework.clinic.rules import consents as rules
from needlework.clinic.rules import courses as course_rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.wording import moment
from needlework.clinic.who import Actor


@dataclass(frozen=True, slots=True)
class Wording:
    """What a consent text consists of; statements are pairs of a code and a sentence."""

    version: str
    title: str
    body: str
    statements: tuple[tuple[str, str], ...]

    @property
    def sha256(self) -> str:
        """The same for the same words, and for nothing else."""
        content = [self.version, self.title, self.body, [list(pair) for pair in self.statements]]
        canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def default_wording() -> Wording:
    """The text that ships with Needlework, for medical micro-needling."""
    raw = (resources.files("needlework.clinic") / "data" / "consent.toml").read_text(encoding="utf-8")
    held = tomllib.loads(raw)
    return Wording(
        version=held["version"],
        title=held["title"],
        body="\n\n".join(" ".join(part.split()) for part in held["body"].strip().split("\n\n")),
        statements=tuple((row["code"], row["sentence"]) for row in held["statement"]),
    )


@transaction.atomic
def publish_text(
    *,
    clinic: Clinic,
    version: str,
    title: str,
    body: str,
    statements: Sequence[tuple[str, str]],
    by: Actor,
    at: datetime,
) -> ConsentText:
    """Make these words the clinic's consent text. Every consent under another text is outdated from now on.

    Raises NotAllowed, BadInput or ConsentTextUnchanged.
    """
    check_may(by, Act.APPROVE)
    if clinic.pk != by.clinic_id:
        raise NotFound(thing="clinic")
    wording = Wording(
        version=version.strip(),
        title=title.strip(),
        body=body.replace("\r\n", "\n").strip(),
        statements=tuple((code.strip(), sentence.strip()) for code, sentence in statements),
    )
    _check_wording(wording)
    earlier = ConsentText.objects.filter(clinic=clinic)
    if earlier.filter(version=wording.version).exists():
        raise ConsentTextUnchanged(
            because=f"There is already a version {wording.version}. Give this one another version."
        )
    last = earlier.order_by("-published_at", "-pk").first()
    if last is not None and (last.title, last.body, [tuple(pair) for pair in last.statements]) == (
        wording.title,
        wording.body,
        list(wording.statements),
    ):
        raise ConsentTextUnchanged(
            because=f"These are the words of version {last.version}. Nothing was changed."
        )
    text = ConsentText.objects.create(
        clinic=clinic,
        version=wording.version,
        title=wording.title,
        body=wording.body,
        statements=[list(pair) for pair in wording.statements],
        sha256=wording.sha256,
        published_at=at,
        published_by=by.name,
    )
    audit.record(
        Event.CONSENT_TEXT_PUBLISHED,
        by=by,
        at=at,
        about=text,
        detail={"version": text.version, "sha256": text.sha256},
    )
    return text


def publish_default_text(*, clinic: Clinic, by: Actor, at: datetime) -> ConsentText:
    """Publish the text that ships with Needlework, as it is."""
    wording = default_wording()
    return publish_text(
        clinic=clinic,
        version=wording.version,
        title=wording.title,
        body=wording.body,
        statements=wording.statements,
        by=by,
        at=at,
    )


def _check_wording(wording: Wording) -> None:
    for name, value in (("version", wording.version), ("title", wording.title), ("body", wording.body)):
        if not value:
            raise BadInput(because=f"The {name} of the text is empty.", at_field=name)
    if len(wording.version) > 40:
        raise BadInput(because="The version may have 40 characters at most.", at_field="version")
    if not wording.statements:
        raise BadInput(because="Give at least one statement the patient ticks.", at_field="statements")
    codes = [code for code, _sentence in wording.statements]
    if len(set(codes)) != len(codes) or not all(code and sentence for code, sentence in wording.statements):
        raise BadInput(because="Every statement needs its own code and a sentence.", at_field="statements")


@transaction.atomic
def show(*, plan: Plan, text: ConsentText, by: Actor, at: datetime) -> None:
    """Keep that this exact text was shown, for this version of the plan."""
    check_access(by, Act.TAKE_CONSENT, plan.course)
    audit.record(
        Event.CONSENT_SHOWN,
        by=by,
        at=at,
        about=plan,
        patient=plan.course.patient,
        detail={"text": text.version, "sha256": text.sha256, "plan": plan.version},
    )


@transaction.atomic
def sign(
    *,
    plan: Plan,
    text: ConsentText,
    shown_at: datetime,
    understood: Sequence[str],
    signed_by: str,
    signature: str = "",
    signed_on: str,
    by: Actor,
    at: datetime,
) -> Consent:
    """Stage 1: the patient signs. The reflection period of the clinic runs from `at`.

    Raises NotAllowed, NotFound, ConsentTextOutdated, PlanOutdated, CourseClosed, ConsentAlreadySigned,
    StatementsMissing, SignatureMissing or BadInput.
    """
    check_access(by, Act.TAKE_CONSENT, plan.course)
    course = (
        Course.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient")
        .get(pk=plan.course_id)
    )
    course_rules.check_open(course)
    rules.check_can_be_signed(plan, text, at=at)
    rules.check_shown(shown_at, at=at)
    codes = rules.check_understood(text, understood)
    rules.check_signature(signed_by, signature, place=signed_on, by=by)
    reflected_at = at + timedelta(hours=course.clinic.reflection_hours)
    consent = Consent.objects.create(
        clinic=course.clinic,
        patient=course.patient,
        plan=plan,
        text=text,
        text_sha256=text.sha256,
        shown_at=shown_at,
        understood=codes,
        signed_at=at,
        signed_by=signed_by.strip()[:200],
        signature=signature,
        signed_on=signed_on,
        reflected_at=reflected_at,
        expires_at=max(
            at + timedelta(days=course.clinic.consent_valid_days), reflected_at + timedelta(days=1)
        ),
    )
    audit.record(
        Event.CONSENT_SIGNED,
        by=by,
        at=at,
        about=consent,
        detail={
            "plan": str(plan.public_id),
            "plan_version": plan.version,
            "text": text.version,
            "sha256": text.sha256,
            "signed_on": signed_on,
            "reflected_at": reflected_at.isoformat(),
        },
    )
    return consent


@transaction.atomic
def withdraw(*, consent: Consent, because: str = "", by: Actor, at: datetime) -> Withdrawal:
    """The patient takes the consent back; possible at any time, no reason is asked for.

    Raises NotAllowed, NotFound or ConsentAlreadyWithdrawn.
    """
    check_access(by, Act.TAKE_CONSENT, consent)
    Course.objects.select_for_update().get(pk=consent.plan.course_id)
    earlier = Withdrawal.objects.filter(consent=consent).first()
    if earlier is not None:
        raise ConsentAlreadyWithdrawn(withdrawn_at=moment(earlier.withdrawn_at, consent.clinic.time_zone))
    try:
        with transaction.atomic():
            withdrawal = Withdrawal.objects.create(
                clinic_id=consent.clinic_id,
                consent=consent,
                withdrawn_at=at,
                withdrawn_by=by.name,
                because=because.strip(),
            )
    except IntegrityError as clash:  # two at once: the constraint decided
        raise ConsentAlreadyWithdrawn(withdrawn_at=moment(at, consent.clinic.time_zone)) from clash
    audit.record(
        Event.CONSENT_WITHDRAWN,
        by=by,
        at=at,
        about=consent,
        detail={"plan": str(consent.plan.public_id), "with_reason": bool(because.strip())},
    )
    return withdrawal


@transaction.atomic
def confirm_on_the_day(
    *,
    treatment: Treatment,
    confirmed_by: str,
    signature: str = "",
    confirmed_on: str,
    by: Actor,
    at: datetime,
) -> DayConsent:
    """Stage 2, the patient's half: the consent which is in force is confirmed for this treatment, today.

    Raises NotAllowed, NotFound, TreatmentWrongMoment, what `rules.consents.check_in_force` raises, ConsentAlreadyConfirmed,
    SignatureMissing or BadInput.
    """
    check_access(by, Act.TAKE_CONSENT, treatment)
    treatment = _locked(treatment)
    rules.check_before_start(treatment)
    consent = rules.check_in_force(treatment.plan, at=at)
    rules.check_not_confirmed(treatment, consent, at=at)
    rules.check_signature(confirmed_by, signature, place=confirmed_on, by=by)
    confirmed = DayConsent.objects.create(
        clinic_id=treatment.clinic_id,
        consent=consent,
        treatment=treatment,
        confirmed_at=at,
        confirmed_by=confirmed_by.strip()[:200],
        signature=signature,
        confirmed_on=confirmed_on,
    )
    audit.record(
        Event.CONSENT_CONFIRMED,
        by=by,
        at=at,
        about=confirmed,
        patient=treatment.patient,
        detail={"treatment": str(treatment.public_id), "confirmed_on": confirmed_on},
    )
    return confirmed


@transaction.atomic
def countersign(*, treatment: Treatment, by: Actor, at: datetime) -> Countersignature:
    """Stage 2, the other half: the person who treats signs beside the patient.

    Raises NotAllowed, NotFound, NotTheOneWhoTreats, TreatmentWrongMoment, what `rules.consents.check_in_force` raises,
    ConsentNotConfirmed or AlreadyCountersigned.
    """
    check_access(by, Act.TREAT, treatment)
    rules.check_may_countersign(treatment, by=by)
    treatment = _locked(treatment)
    rules.check_before_start(treatment)
    consent = rules.check_in_force(treatment.plan, at=at)
    confirmed = rules.check_patient_confirmed(treatment, consent, at=at)
    rules.check_not_countersigned(confirmed, by=by)
    try:
        with transaction.atomic():
            signature = Countersignature.objects.create(
                clinic_id=treatment.clinic_id,
                day=confirmed,
                staff=treatment.practitioner,
                signed_at=at,
                signed_by=by.name,
            )
    except IntegrityError as clash:  # a second tap at the same moment
        raise AlreadyCountersigned() from clash
    audit.record(
        Event.CONSENT_COUNTERSIGNED,
        by=by,
        at=at,
        about=signature,
        patient=treatment.patient,
        detail={"treatment": str(treatment.public_id)},
    )
    return signature


def _locked(treatment: Treatment) -> Treatment:
    rows = Treatment.objects.select_for_update(of=("self",))
    return rows.select_related(
        "plan__course__patient", "plan__clinic", "patient", "site", "practitioner"
    ).get(pk=treatment.pk)
