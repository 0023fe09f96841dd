"""Recalls of products: a batch in the cupboard is set aside, and everybody on whom it was put stands on the list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import ProductBatch, Recall, RecalledBatch, RecallLine, Treatment
from needlework.clinic.queries import recall_batches as queries
from needlework.clinic.rules import recalls as rules
from needlework.clinic.who import Actor

from . import recall_contacts


@transaction.atomic
def take_in(*, recall: Recall, lines: Sequence[RecallLine], by: Actor, at: datetime) -> tuple[int, set[int]]:
    """Set aside what a notice means of the stock; gives the number of batches, and the patients they were put on.

    Part of the action that opens the recall: batches first and patients last, so that whoever puts one on in between
    is waited for, and then found.
    """
    found = queries.matching(by, lines)
    rows = ProductBatch.objects.select_for_update().filter(pk__in=found).order_by("pk")
    caught = list(rows)
    _catch(recall, caught, by=by, at=at)
    return len(caught), queries.patients_of(by, lines)


@transaction.atomic
def catch(*, row: ProductBatch, by: Actor, at: datetime) -> int:
    """A batch that came into the cupboard: what an open recall means is set aside at once. Gives how many mean it.

    Part of the action that put it there, which holds the clinic's row: a recall that opens now waits.
    """
    known = set(RecalledBatch.objects.filter(batch=row).values_list("recall_id", flat=True))
    called = queries.called_back(by, product=row.product, batch=row.batch, expires_on=row.expires_on)
    for recall in called:
        if recall.pk not in known:
            _catch(recall, [row], by=by, at=at)
            audit.record(Event.RECALL_CAUGHT_MORE, by=by, at=at, about=recall, detail={"batches": 1})
    return len(called)


@transaction.atomic
def add_patient(*, recalls: Collection[Recall], treatment: Treatment, by: Actor, at: datetime) -> None:
    """A recalled batch was put on all the same, or it is written up only now: the patient joins the lists.

    Part of the action that recorded it.
    """
    for recall in recalls:
        recall_contacts.list_patient(recall=recall, patient=treatment.patient, by=by, at=at)


@transaction.atomic
def look_again(*, recall: Recall, by: Actor, at: datetime) -> int:
    """Who was missed when the recall opened: a batch that nobody had received may have gone on in that very moment.

    Part of counting the packets, without which no recall is closed. Gives the number of patients found.
    """
    if recall.is_drill:
        return 0
    known = set(recall.contacts.values_list("patient_id", flat=True))
    missed = queries.patients_of(by, recall.lines.all()) - known
    recall_contacts.list_patients(recall=recall, patients=missed, by=by, at=at)
    if missed:
        audit.record(Event.RECALL_CAUGHT_MORE, by=by, at=at, about=recall, detail={"patients": len(missed)})
    return len(missed)


def let_go(*, recall: Recall) -> None:
    """A closing recall hands its batches on to another that is open and means them; they stay set aside."""
    others = RecalledBatch.objects.filter(
        batch=OuterRef("pk"), recall__closed_at=None, recall__kind=Recall.REAL
    ).values("recall_id")
    ProductBatch.objects.filter(recall=recall).update(recall=Subquery(others[:1]))


def _catch(recall: Recall, rows: Sequence[ProductBatch], *, by: Actor, at: datetime) -> None:
    RecalledBatch.objects.bulk_create(
        RecalledBatch(clinic_id=by.clinic_id, recall=recall, batch=row, found_at=at, found_by=by.name)
        for row in rows
    )
    for row in rows:
        if row.discarded_at is not None:
            continue
        if row.quarantined_at is None:
            row.quarantined_at, row.quarantined_by = at, by.name
            row.quarantined_because = rules.held_because(recall)
        if row.recall_id is None:
            row.recall = recall
        row.save(update_fields=["quarantined_at", "quarantined_by", "quarantined_because", "recall"])
