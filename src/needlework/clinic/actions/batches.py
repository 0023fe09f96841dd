"""The stock of products: batches come in, are opened, set aside, given free, thrown away. None is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import NotFound
from needlework.clinic.models import Clinic, ProductBatch, Site
from needlework.clinic.queries.batches import carries
from needlework.clinic.queries.prepared import Prepared
from needlework.clinic.rules import batches as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.reasons import check_reason
from needlework.clinic.rules.scans import TYPED, check_way
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

from . import recall_batches


@transaction.atomic
def receive(
    *,
    site: Site,
    product: str,
    batch: str,
    expires_on: date | None = None,
    use_within_months: int | None = None,
    containers: int,
    di: str = "",
    scanned: str = "",
    read_by: str = "",
    supplier: str = "",
    by: Actor,
    at: datetime,
) -> ProductBatch:
    """Put tubes, bottles or sachets of one batch into stock. More of a batch that stands there joins it, and what an
    open recall means is set aside at once.

    Raises NotAllowed, NotFound, BadInput, BatchArrivedExpired.
    """
    check_access(by, Act.KEEP_STOCK, site)
    way = check_way(read_by, scanned=scanned)
    product, batch = rules.product_code(product), batch.strip()
    rules.check_arrival(
        product=product,
        batch=batch,
        expires_on=expires_on,
        use_within_months=use_within_months,
        containers=containers,
        on=local_day(at, site.time_zone),
    )
    Clinic.objects.select_for_update(no_key=True).get(pk=by.clinic_id)  # two at once, or a recall: one waits
    there = [
        row
        for row in locked_rows(product=product, batch=batch, by=by)
        if row.site_id == site.pk and row.expires_on == expires_on and row.discarded_at is None
    ]
    if there:
        row = there[0]
        row.containers += containers
        row.use_within_months = row.use_within_months or use_within_months
        row.di = row.di or di
        row.save(update_fields=["containers", "use_within_months", "di"])
    else:
        row = ProductBatch.objects.create(
            clinic_id=by.clinic_id,
            site=site,
            product=product,
            batch=batch,
            expires_on=expires_on,
            use_within_months=use_within_months,
            containers=containers,
            di=di,
            scanned=scanned,
            typed=not scanned or way == TYPED,
            supplier=supplier.strip(),
            received_at=at,
            received_by=by.name,
        )
    recall_batches.catch(row=row, by=by, at=at)
    audit.record(
        Event.BATCH_RECEIVED,
        by=by,
        at=at,
        about=row,
        detail={
            **_told(row),
            "containers": containers,
            "expires_on": None if expires_on is None else expires_on.isoformat(),
            "read-by": way,
        },
    )
    return row


@transaction.atomic
def open_container(*, row: ProductBatch, by: Actor, at: datetime) -> ProductBatch:
    """The next tube or bottle is opened today; the months it keeps are counted from now.

    Raises NotAllowed, NotFound, BatchDiscarded, BatchRecalled.
    """
    row = _locked(row, by)
    rules.check_there(row)
    rules.check_not_recalled(row)
    row.opened_on, row.opened_by = local_day(at, row.site.time_zone), by.name
    row.save(update_fields=["opened_on", "opened_by"])
    audit.record(Event.BATCH_OPENED, by=by, at=at, about=row, detail=_told(row))
    return row


@transaction.atomic
def set_aside(*, row: ProductBatch, because: str, by: Actor, at: datetime) -> ProductBatch:
    """Nobody uses it until somebody decides. Raises NotAllowed, NotFound, ReasonNeeded, BatchDiscarded."""
    check_reason(because)
    row = _locked(row, by)
    rules.check_there(row)
    if row.quarantined_at is None:
        row.quarantined_at, row.quarantined_by, row.quarantined_because = at, by.name, because.strip()
        row.save(update_fields=["quarantined_at", "quarantined_by", "quarantined_because"])
        audit.record(
            Event.BATCH_SET_ASIDE, by=by, at=at, about=row, detail={**_told(row), "because": because.strip()}
        )
    return row


@transaction.atomic
def give_free(*, row: ProductBatch, because: str, by: Actor, at: datetime) -> ProductBatch:
    """What was set aside may be used again. Raises NotAllowed, NotFound, ReasonNeeded, BatchDiscarded,
    BatchNotSetAside, BatchHeldByRecall.
    """
    check_reason(because)
    row = _locked(row, by)
    rules.check_freeable(row)
    held_because = row.quarantined_because
    row.quarantined_at, row.quarantined_by, row.quarantined_because = None, "", ""
    row.save(update_fields=["quarantined_at", "quarantined_by", "quarantined_because"])
    audit.record(
        Event.BATCH_FREED,
        by=by,
        at=at,
        about=row,
        detail={**_told(row), "held_because": held_because, "because": because.strip()},
    )
    return row


@transaction.atomic
def discard(*, row: ProductBatch, because: str, by: Actor, at: datetime) -> ProductBatch:
    """The batch leaves the cupboard: used up, spoiled, sent back. Raises NotAllowed, NotFound, ReasonNeeded,
    BatchDiscarded.
    """
    check_reason(because)
    row = _locked(row, by)
    rules.check_there(row)
    row.discarded_at, row.discarded_by, row.discarded_because = at, by.name, because.strip()
    row.save(update_fields=["discarded_at", "discarded_by", "discarded_because"])
    audit.record(
        Event.BATCH_DISCARDED, by=by, at=at, about=row, detail={**_told(row), "because": because.strip()}
    )
    return row


_OF_BATCH = Prepared(
    lambda clinic, batch: (
        ProductBatch.objects.select_for_update(of=("self",), no_key=True)
        .select_related("recall")
        .filter(carries(batch), clinic_id=clinic)
        .order_by("pk")
    ),
    by_text=True,
)  # asked whenever something is put on the skin


def locked_rows(*, product: str, batch: str, by: Actor) -> list[ProductBatch]:
    """What the stock knows of one batch of a product, at all sites, discarded ones too, in one indexed query.

    The rows stay locked until the transaction ends: a recall that opens meanwhile waits, or is waited for.
    """
    same = _OF_BATCH.instances(by.clinic_id, batch.strip())
    return [row for row in same if rules.same_product(row.product, product)]


@transaction.atomic
def open_first(*, rows: Sequence[ProductBatch], site_id: int, on: date, by: Actor, at: datetime) -> None:
    """What keeps only some months is open from its first use on, also when nobody noted the opening.

    Part of the action that puts it on the skin; the rows are locked.
    """
    for row in rows:
        if row.site_id == site_id and row.use_within_months and not (row.opened_on or row.discarded_at):
            row.opened_on, row.opened_by = on, by.name
            row.save(update_fields=["opened_on", "opened_by"])
            audit.record(Event.BATCH_OPENED, by=by, at=at, about=row, detail={**_told(row), "by-use": True})


def _told(row: ProductBatch) -> dict[str, object]:
    return {"product": row.product, "batch": row.batch}


def _locked(row: ProductBatch, by: Actor) -> ProductBatch:
    check_access(by, Act.KEEP_STOCK, row)
    rows = ProductBatch.objects.select_for_update(of=("self",)).select_related("site", "recall")
    if (found := rows.filter(pk=row.pk).first()) is None:
        raise NotFound(thing="batch")
    return found
