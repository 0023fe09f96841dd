"""The patients of a recall: each try to reach one is kept, and messages and letters go out to all at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import NotFound
from needlework.clinic.models import Message, Patient, Recall, RecallAttempt, RecallContact
from needlework.clinic.queries import recalls as queries
from needlework.clinic.rules import recalls as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.recall_words import letter
from needlework.clinic.rules.wording import local_day, product
from needlework.clinic.who import Actor

BATCH = 1000


@transaction.atomic
def attempt(
    *, contact: RecallContact, state: str, how: str, note: str = "", by: Actor, at: datetime
) -> RecallAttempt:
    """Somebody tried to reach a patient: `state` says how it went. In a drill this is practice on the list alone.

    Raises NotAllowed, NotFound, BadInput, RecallClosed.
    """
    check_access(by, Act.CONTACT_RECALLED, contact)
    rows = RecallContact.objects.select_for_update(of=("self",)).select_related("recall__clinic", "patient")
    found = rows.filter(pk=contact.pk, clinic_id=by.clinic_id).first()
    if found is None:
        raise NotFound(thing="patient of a recall")
    rules.check_open(found.recall, found.recall.clinic.time_zone)
    rules.check_attempt(found, state=state, how=how, note=note)
    made = RecallAttempt.objects.create(
        clinic_id=by.clinic_id,
        contact=found,
        state=state,
        how=how,
        note=note.strip(),
        made_at=at,
        made_by=by.name,
    )
    before = found.state
    found.state, found.changed_at, found.changed_by = state, at, by.name
    found.tries = F("tries") + 1
    found.save(update_fields=["state", "tries", "changed_at", "changed_by"])
    audit.record(
        Event.RECALL_CONTACT_CHANGED,
        by=by,
        at=at,
        about=found.recall,
        patient=found.patient,
        detail={"from": before, "to": state, "how": how},
    )
    return made


@transaction.atomic
def write_messages(*, recall: Recall, by: Actor, at: datetime) -> int:
    """Put an e-mail to every patient not yet reached who has an address for it into the outbox. Gives their number.

    Raises NotAllowed, NotFound, DrillReachesNobody, RecallClosed.
    """
    recall = _to_reach(recall, by, Act.RUN_RECALL)
    waiting = recall.contacts.select_for_update(of=("self",)).select_related("patient")
    contacts = list(
        waiting.filter(state__in=rules.UNREACHED).exclude(patient__email="").exclude(attempts__how="email")
    )
    Message.objects.bulk_create(
        (
            Message(
                clinic_id=by.clinic_id,
                patient=person.patient,
                to=person.patient.email,
                subject=subject[:200],
                body=body,
                written_at=at,
                written_by=by.name,
            )
            for person in queries.everyone(by, recall, contacts=contacts)
            for subject, body in [words(recall, person)]
        ),
        batch_size=BATCH,
    )
    _tried(contacts, how="email", by=by, at=at)
    audit.record(
        Event.RECALL_MESSAGES_WRITTEN, by=by, at=at, about=recall, detail={"patients": len(contacts)}
    )
    return len(contacts)


@transaction.atomic
def post_letters(*, recall: Recall, by: Actor, at: datetime) -> int:
    """The printed letters are in the post: every patient not yet reached who has an address was tried by letter.

    Raises NotAllowed, NotFound, DrillReachesNobody, RecallClosed.
    """
    recall = _to_reach(recall, by, Act.CONTACT_RECALLED)
    waiting = recall.contacts.select_for_update(of=("self",)).filter(state__in=rules.UNREACHED)
    contacts = list(waiting.exclude(patient__address="").exclude(attempts__how="letter"))
    _tried(contacts, how="letter", by=by, at=at)
    audit.record(Event.RECALL_LETTERS_POSTED, by=by, at=at, about=recall, detail={"patients": len(contacts)})
    return len(contacts)


@transaction.atomic
def list_patient(*, recall: Recall, patient: Patient, by: Actor, at: datetime) -> None:
    """A patient joins the list after the recall was opened. Part of the action that recorded the use."""
    _contact, new = RecallContact.objects.get_or_create(
        recall=recall,
        patient=patient,
        defaults={"clinic_id": by.clinic_id, "found_at": at, "found_by": by.name},
    )
    if new:
        audit.record(
            Event.RECALL_CAUGHT_MORE,
            by=by,
            at=at,
            about=recall,
            patient=patient,
            detail={"patients": 1},
        )


@transaction.atomic
def list_patients(*, recall: Recall, patients: Collection[int], by: Actor, at: datetime) -> None:
    """Patients, by their keys, onto the list. Part of the action that found them and writes the line."""
    RecallContact.objects.bulk_create(
        (
            RecallContact(
                clinic_id=by.clinic_id, recall=recall, patient_id=patient, found_at=at, found_by=by.name
            )
            for patient in sorted(patients)
        ),
        batch_size=BATCH,
    )


def words(recall: Recall, person: queries.Person) -> tuple[str, str]:
    """Subject and body of what one patient is told."""
    return letter(
        patient=person.patient.name,
        clinic=recall.clinic.name,
        phone=recall.clinic.phone,
        sender=recall.sender,
        reference=recall.reference,
        advice=recall.advice,
        treated_on=[local_day(use.used_at, recall.clinic.time_zone) for use in person.everything],
        products=[product(put.product) for put in person.put],
        packet=bool(person.uses),
    )


def _to_reach(recall: Recall, by: Actor, act: Act) -> Recall:
    check_may(by, act)
    rows = Recall.objects.select_for_update(of=("self",)).select_related("clinic")
    found = rows.filter(pk=recall.pk, clinic_id=by.clinic_id).first()
    if found is None:
        raise NotFound(thing="recall")
    rules.check_real(found)
    rules.check_open(found, found.clinic.time_zone)
    return found


def _tried(contacts: Sequence[RecallContact], *, how: str, by: Actor, at: datetime) -> None:
    RecallAttempt.objects.bulk_create(
        (
            RecallAttempt(
                clinic_id=by.clinic_id,
                contact=contact,
                state=RecallContact.TRIED,
                how=how,
                made_at=at,
                made_by=by.name,
            )
            for contact in contacts
        ),
        batch_size=BATCH,
    )
    for start in range(0, len(contacts), BATCH):
        some = [contact.pk for contact in contacts[start : start + BATCH]]
        RecallContact.objects.filter(pk__in=some).update(
            state=RecallContact.TRIED, tries=F("tries") + 1, changed_at=at, changed_by=by.name
        )
