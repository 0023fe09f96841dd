"""Recalls: a notice comes in, its packets are set aside and its patients listed in one transaction, until all is done.

A drill does the same on a lot that was really used, so that the tracing is real, with an invented notice: it sets
nothing aside and nobody is contacted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Subquery

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, NotFound, NoticeKnown
from needlework.clinic.models import (
    Clinic,
    DeviceModel,
    DeviceUnit,
    DeviceUse,
    Recall,
    RecalledUnit,
    RecallLine,
    any_of,
)
from needlework.clinic.models.any_of import AnyOf
from needlework.clinic.queries import notices as notice_queries
from needlework.clinic.queries import recalls as queries
from needlework.clinic.rules import notices
from needlework.clinic.rules import recalls as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.who import Actor

from . import recall_batches, recall_contacts

BATCH = 1000


@transaction.atomic
def open_recall(
    *,
    reference: str,
    sender: str,
    reason: str,
    advice: str = "",
    received_at: datetime,
    lines: Sequence[notices.Line],
    by: Actor,
    at: datetime,
) -> Recall:
    """Open a recall: every packet and batch meant is set aside, and everybody on whom one was used stands on its list.

    Raises NotAllowed, BadInput, NoticeKnown, NoticeNotRead.
    """
    check_may(by, Act.RUN_RECALL)
    rules.check_notice(reference=reference, sender=sender, reason=reason, received_at=received_at, at=at)
    if not lines:
        raise BadInput(
            because="Say which packets are called back: lots, an identifier or a model.", at_field="lots"
        )
    _one_at_a_time(by)
    try:
        with transaction.atomic():
            recall = Recall.objects.create(
                clinic_id=by.clinic_id,
                kind=Recall.REAL,
                reference=reference.strip(),
                sender=sender.strip(),
                reason=reason.strip(),
                advice=advice.strip(),
                received_at=received_at,
                received_by=by.name,
                opened_at=at,
                opened_by=by.name,
            )
    except IntegrityError as clash:
        raise NoticeKnown(reference=reference.strip(), sender=sender.strip()) from clash
    units, batches, patients = _take_in(recall, lines, by=by, at=at)
    audit.record(
        Event.RECALL_OPENED,
        by=by,
        at=at,
        about=recall,
        detail={
            "reference": recall.reference,
            "lines": len(lines),
            "units": units,
            "batches": batches,
            "patients": patients,
        },
    )
    return recall


@transaction.atomic
def start_drill(*, model: DeviceModel, lot: str, by: Actor, at: datetime) -> Recall:
    """Practise on a lot that was really used. Raises NotAllowed, BadInput."""
    check_may(by, Act.RUN_RECALL)
    if not DeviceUse.objects.filter(clinic_id=by.clinic_id, lot=lot, unit__model=model).exists():
        raise BadInput(
            because="Choose a lot that was used, so that there is something to trace.", at_field="lot"
        )
    recall = Recall.objects.create(
        clinic_id=by.clinic_id,
        kind=Recall.DRILL,
        reference=f"DRILL {at:%Y-%m-%d %H%M}",
        sender="Nobody: an invented notice",
        reason="A drill. Nothing is wrong with these packets.",
        received_at=at,
        received_by=by.name,
        opened_at=at,
        opened_by=by.name,
    )
    line = notices.Line(maker=model.maker, device=model.code, lot=lot)
    units, _batches, patients = _take_in(recall, [line], by=by, at=at)
    audit.record(
        Event.RECALL_OPENED,
        by=by,
        at=at,
        about=recall,
        detail={"drill": True, "lot": lot, "units": units, "patients": patients},
    )
    return recall


@transaction.atomic
def count_packets(*, recall: Recall, counted: int, by: Actor, at: datetime) -> Recall:
    """Somebody has gone through the drawers: so many packets lie there. May be done again. Raises NotAllowed,
    NotFound, RecallClosed, BadInput.
    """
    recall = _locked(recall, by, Act.KEEP_STOCK)
    rules.check_open(recall, recall.clinic.time_zone)
    rules.check_count(counted)
    recall_batches.look_again(recall=recall, by=by, at=at)
    recall.counted, recall.expected = counted, queries.counts(recall).here
    recall.counted_at, recall.counted_by = at, by.name
    recall.save(update_fields=["counted", "expected", "counted_at", "counted_by"])
    audit.record(
        Event.RECALL_COUNTED,
        by=by,
        at=at,
        about=recall,
        detail={"counted": counted, "expected": recall.expected},
    )
    return recall


@transaction.atomic
def close(*, recall: Recall, done: str, by: Actor, at: datetime) -> Recall:
    """Everybody is reached and every packet accounted for. What is set aside stays so until somebody decides.

    Raises NotAllowed, NotFound, RecallClosed, RecallNotCounted, PatientsNotReached, BadInput.
    """
    recall = _locked(recall, by, Act.RUN_RECALL)
    rules.check_open(recall, recall.clinic.time_zone)
    unreached = recall.contacts.filter(state__in=rules.UNREACHED).count()
    rules.check_closing(recall, done=done, unreached=unreached)
    recall.closed_at, recall.closed_by, recall.done = at, by.name, done.strip()
    recall.save(update_fields=["closed_at", "closed_by", "done"])
    others = RecalledUnit.objects.filter(
        unit=OuterRef("pk"), recall__closed_at=None, recall__kind=Recall.REAL
    ).values("recall_id")
    DeviceUnit.objects.filter(recall=recall).update(recall=Subquery(others[:1]))
    recall_batches.let_go(recall=recall)
    audit.record(
        Event.RECALL_CLOSED,
        by=by,
        at=at,
        about=recall,
        detail={"drill": recall.is_drill, "lasted_s": int((at - recall.received_at).total_seconds())},
    )
    return recall


@transaction.atomic
def catch(*, units: Collection[int], by: Actor, at: datetime) -> int:
    """Packets that came into the drawer, new or given back: what an open recall means is set aside at once.

    Part of the action that put them there. Gives how many were caught.
    """
    _one_at_a_time(by)
    caught = 0
    open_ = Recall.objects.filter(clinic_id=by.clinic_id, closed_at=None, kind=Recall.REAL)
    for recall in open_.order_by("pk"):
        found = notice_queries.matching(by, recall.lines.all(), among=units)
        if not found:
            continue
        known = set(recall.units.filter(unit__in=found).values_list("unit_id", flat=True))
        _list_units(recall, [pk for pk in found if pk not in known], by=by, at=at)
        _hold(recall, found, by=by, at=at)
        caught += len(found)
        audit.record(Event.RECALL_CAUGHT_MORE, by=by, at=at, about=recall, detail={"units": len(found)})
    return caught


@transaction.atomic
def add_patient(*, use: DeviceUse, by: Actor, at: datetime) -> None:
    """A recalled packet was used all the same, or its use is written up only now: the patient joins the list.

    Part of the action that recorded the use.
    """
    held = Recall.objects.filter(units__unit=use.unit_id, closed_at=None, kind=Recall.REAL)
    for recall in held:
        recall_contacts.list_patient(recall=recall, patient=use.patient, by=by, at=at)


def _take_in(
    recall: Recall, lines: Sequence[notices.Line], *, by: Actor, at: datetime
) -> tuple[int, int, int]:
    """How many packets, batches and patients. Packets first and patients last: who opens a packet in between is waited
    for, and then found.
    """
    rows = notice_queries.lines(by, lines)
    for row in rows:
        row.recall = recall
    RecallLine.objects.bulk_create(rows, batch_size=BATCH)
    units = notice_queries.matching(by, rows)
    _list_units(recall, units, by=by, at=at)
    if not recall.is_drill:
        _hold(recall, units, by=by, at=at)
    batches, patients = 0, set(queries.patients_of(units))
    if any(row.product for row in rows):
        batches, put_on = recall_batches.take_in(recall=recall, lines=rows, by=by, at=at)
        patients |= put_on
    recall_contacts.list_patients(recall=recall, patients=patients, by=by, at=at)
    return len(units), batches, len(patients)


def _list_units(recall: Recall, units: Sequence[int], *, by: Actor, at: datetime) -> None:
    RecalledUnit.objects.bulk_create(
        (
            RecalledUnit(clinic_id=by.clinic_id, recall=recall, unit_id=unit, found_at=at, found_by=by.name)
            for unit in units
        ),
        batch_size=BATCH,
    )


def _hold(recall: Recall, units: Sequence[int], *, by: Actor, at: datetime) -> None:
    """What is still sealed, or lies open in a treatment that is not over, is set aside and kept by the recall."""
    because = rules.held_because(recall)
    for some in any_of.slices(units):
        rows = DeviceUnit.objects.filter(AnyOf(F("pk"), some), discarded_at=None)
        sealed = list(rows.filter(opened_at=None).select_for_update().values_list("pk", flat=True))
        going_on = DeviceUse.objects.filter(
            AnyOf(F("unit_id"), some),
            returned_at=None,
            voided_at=None,
            treatment__finished_at=None,
            treatment__stopped_at=None,
        ).values_list("unit_id", flat=True)
        held = DeviceUnit.objects.filter(AnyOf(F("pk"), [*sealed, *going_on]), discarded_at=None)
        held.filter(quarantined_at=None).update(
            quarantined_at=at, quarantined_by=by.name, quarantined_because=because
        )
        held.filter(recall=None).update(recall=recall)


def _one_at_a_time(by: Actor) -> None:
    """A delivery and a recall of the same moment: the later one sees what the earlier one wrote."""
    Clinic.objects.select_for_update(no_key=True).get(pk=by.clinic_id)


def _locked(recall: Recall, by: Actor, act: Act) -> Recall:
    check_may(by, act)
    rows = Recall.objects.select_for_update(of=("self",)).select_related("clinic")
    found = rows.filter(pk=recall.pk, clinic_id=by.clinic_id).first()
    if found is None:
        raise NotFound(thing="recall")
    return found
