"""Register patients, change what is known of them, and open their record."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, NotFound
from needlework.clinic.models import Clinic, Patient, PatientLink, SearchKey
from needlework.clinic.queries import duplicates
from needlework.clinic.queries.patients import keys_of
from needlework.clinic.rules import names
from needlework.clinic.rules import patients as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

from .voiding import take_back

FACTS = ("given_name", "family_name", "known_as", "born_on", "sex", "phone", "email", "address", "postcode")


@transaction.atomic
def register(
    *,
    given_name: str,
    family_name: str,
    born_on: date,
    phone: str = "",
    email: str = "",
    known_as: str = "",
    sex: str = "x",
    address: str = "",
    postcode: str = "",
    not_duplicate_because: str = "",
    by: Actor,
    at: datetime,
) -> Patient:
    """Register a patient; the number is the clinic's next one.

    Raises NotAllowed, BadInput, PhoneNumberWrong, NotAnAdult, and PossibleDuplicate (with the candidates)
    unless a reason says why this is another person.
    """
    check_may(by, Act.REGISTER)
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    patient = Patient(
        clinic=clinic,
        given_name=given_name,
        family_name=family_name,
        known_as=known_as,
        born_on=born_on,
        sex=sex,
        phone=phone,
        email=email,
        address=address,
        postcode=postcode,
        registered_at=at,
        registered_by=by.name,
        not_duplicate_because=not_duplicate_because.strip(),
    )
    _clean(patient, clinic, at=at)
    rules.check_not_duplicate(_twins(patient), because=not_duplicate_because)
    patient.number = _next_number(clinic)
    patient.save(force_insert=True)
    _write_keys(patient)
    audit.record(Event.PATIENT_REGISTERED, by=by, at=at, about=patient, detail={"number": patient.number})
    return patient


@transaction.atomic
def change(
    *,
    patient: Patient,
    given_name: str | None = None,
    family_name: str | None = None,
    known_as: str | None = None,
    born_on: date | None = None,
    sex: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    address: str | None = None,
    postcode: str | None = None,
    not_duplicate_because: str = "",
    by: Actor,
    at: datetime,
) -> Patient:
    """Change what is known of a patient; what is None stays. The trail keeps old and new values.

    Raises NotAllowed, NotFound and what `register` raises.
    """
    check_access(by, Act.REGISTER, patient)
    clinic = Clinic.objects.get(pk=by.clinic_id)
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    if patient.voided_at is not None:
        raise NotFound(thing="patient")
    before = {name: getattr(patient, name) for name in FACTS}
    given = (given_name, family_name, known_as, born_on, sex, phone, email, address, postcode)
    for name, value in zip(FACTS, given, strict=True):
        if value is not None:
            setattr(patient, name, value)
    _clean(patient, clinic, at=at)
    changed = [name for name in FACTS if getattr(patient, name) != before[name]]
    if not changed:
        return patient
    if {"given_name", "family_name", "born_on", "phone", "email"} & set(changed):
        rules.check_not_duplicate(_twins(patient), because=not_duplicate_because)
    patient.not_duplicate_because = not_duplicate_because.strip() or patient.not_duplicate_because
    patient.save(update_fields=[*changed, "sort_name", "not_duplicate_because"])
    _write_keys(patient)
    audit.record(
        Event.PATIENT_CHANGED,
        by=by,
        at=at,
        about=patient,
        detail={name: [str(before[name]), str(getattr(patient, name))] for name in changed},
    )
    return patient


@transaction.atomic
def void(*, patient: Patient, because: str, by: Actor, at: datetime) -> Patient:
    """Take a patient who was registered by mistake out of lists and searches; the record stays readable.

    Raises NotAllowed, NotFound, ReasonNeeded, AlreadyVoided, PatientExpected while an appointment stands.
    """
    check_access(by, Act.MANAGE, patient)
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    rules.check_nobody_expected(patient)
    take_back(row=patient, because=because, by=by, at=at)
    SearchKey.objects.filter(patient=patient).delete()
    PatientLink.objects.filter(patient=patient, closed_at=None).update(closed_at=at, closed_by=by.name)
    audit.record(Event.PATIENT_VOIDED, by=by, at=at, about=patient)
    return patient


@transaction.atomic
def open_record(*, patient: Patient, page: str, by: Actor, at: datetime) -> None:
    """Write that a page about a patient was opened, before it is shown. Raises NotAllowed, NotFound."""
    if by.patient_id is None:
        check_access(by, Act.SEE_PATIENTS, patient)
    elif by.patient_id != patient.pk:
        raise NotFound(thing="patient")
    audit.record(Event.RECORD_OPENED, by=by, at=at, patient=patient, detail={"page": page})


def _clean(patient: Patient, clinic: Clinic, *, at: datetime) -> None:
    """Everything in its form, or the sentence that says why not."""
    patient.given_name = rules.clean_name(
        patient.given_name, field="given_name", what="given name", wanted=False
    )
    patient.family_name = rules.clean_name(
        patient.family_name, field="family_name", what="family name", wanted=not patient.given_name
    )
    patient.known_as = rules.clean_name(patient.known_as, field="known_as", what="name used", wanted=False)
    rules.check_adult(patient.born_on, on=local_day(at, clinic.time_zone))
    if patient.sex not in {"f", "m", "x"}:
        raise BadInput(because="Sex is f, m or x.", at_field="sex")
    patient.phone = rules.phone_number(patient.phone, country=clinic.country)
    patient.email = patient.email.strip()
    if patient.email:
        try:
            validate_email(patient.email)
        except ValidationError:
            raise BadInput(because="This is not an e-mail address.", at_field="email") from None
    if not patient.phone and not patient.email:
        raise BadInput(
            because="Give a phone number or an e-mail address: we must reach people.", at_field="phone"
        )
    patient.address = rules.clean_text(patient.address, field="address", what="address")
    patient.postcode = rules.clean_name(patient.postcode, field="postcode", what="postcode", wanted=False)[
        :16
    ]
    patient.sort_name = names.sort_name(patient.given_name, patient.family_name)


def _twins(patient: Patient) -> list[Patient]:
    return duplicates.find(
        patient.clinic_id,
        given_name=patient.given_name,
        family_name=patient.family_name,
        born_on=patient.born_on,
        phone=patient.phone,
        email=patient.email,
        leaving_out=patient.pk or 0,
    )


def _next_number(clinic: Clinic) -> str:
    """One more than the last; the clinic's row is locked, so nobody else takes it."""
    last = Patient.objects.filter(clinic=clinic).order_by("-id").values_list("number", flat=True).first()
    digits = "".join(sign for sign in last or "" if sign.isdigit())
    number = int(digits or 0) + 1
    while Patient.objects.filter(clinic=clinic, number=f"P{number:06}").exists():
        number += 1
    return f"P{number:06}"


def _write_keys(patient: Patient) -> None:
    """Make the search keys what they should be, touching only what differs."""
    wanted = keys_of(patient)
    held = {bytes(row.key): row.pk for row in SearchKey.objects.filter(patient=patient)}
    gone = [pk for found, pk in held.items() if found not in wanted]
    if gone:
        SearchKey.objects.filter(pk__in=gone).delete()
    SearchKey.objects.bulk_create(
        SearchKey(clinic_id=patient.clinic_id, patient=patient, key=found)
        for found in sorted(wanted - set(held))
    )
