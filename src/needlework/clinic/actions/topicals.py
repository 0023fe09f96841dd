"""Products put on before, during and after the needles, with their batch."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, BatchExpired, NotUnderNeedles
from needlework.clinic.models import TopicalUse, Treatment
from needlework.clinic.queries import recall_batches as recall_queries
from needlework.clinic.rules import batches as batch_rules
from needlework.clinic.rules import wording
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.transitions import Deed
from needlework.clinic.who import Actor
from needlework.skin import packs, protocols
from needlework.skin.tables import UnknownCodeError

from . import batches, recall_batches
from .charting import judge, keep, sit
from .voiding import take_back

STAGES = frozenset({"before", "during", "after"})


@transaction.atomic
def apply_topical(
    *,
    treatment: Treatment,
    product: str,
    batch: str,
    expires_on: date | None = None,
    stage: str,
    applied_at: datetime | None = None,
    deviation_because: str | None = None,
    by: Actor,
    at: datetime,
) -> TopicalUse:
    """Chart a product put on before, during or after the needles, with its batch.

    Raises NotAllowed, NotFound, BadInput, BatchExpired, BatchOpenTooLong, BatchSetAside, BatchRecalled,
    BatchDiscarded, NotUnderNeedles, TreatmentWrongMoment, TreatmentSigned.
    """
    sitting = sit(treatment, by=by, act=Act.ASSIST)
    sitting.check_still_unsigned(Deed.APPLY)
    product, batch = product.strip(), batch.strip()
    if stage not in STAGES:
        raise BadInput(because="Say when it was put on: before, during or after.", at_field="stage")
    known = packs.shipped().topicals.get(product)
    if known is None and not (0 < len(product) <= 60):
        raise BadInput(because="Choose the product, or write its name.", at_field="product")
    if not batch or len(batch) > 40:
        raise BadInput(because="Give the batch number printed on the tube or sachet.", at_field="batch")
    on = sitting.on(applied_at or at)
    held = batches.locked_rows(product=product, batch=batch, by=by)
    called = recall_queries.called_back(by, product=product, batch=batch, expires_on=expires_on)

    def check_batch() -> None:
        batch_rules.check_not_called_back(product, batch, called)
        batch_rules.check_usable(held, site_id=sitting.treatment.site_id, on=on)
        _check_batch(product, batch, expires_on, on)

    broken = judge(
        (
            lambda: sitting.check_moment(Deed.APPLY),
            check_batch,
            lambda: _check_under_needles(product, stage, by),
        ),
        deviation_because=deviation_because,
    )
    row = TopicalUse.objects.create(
        clinic_id=by.clinic_id,
        treatment=sitting.treatment,
        product=product,
        batch=batch,
        expires_on=expires_on,
        stage=stage,
        applied_at=applied_at or at,
        applied_by=by.name,
    )
    audit.record(
        Event.TOPICAL_APPLIED,
        by=by,
        at=at,
        about=row,
        patient=sitting.treatment.patient,
        detail={
            "product": product,
            "batch": batch,
            "stage": stage,
            "passed-by": [error.code for error in broken],
        },
    )
    if held:
        batches.open_first(rows=held, site_id=sitting.treatment.site_id, on=on, by=by, at=at)
    if called:
        recall_batches.add_patient(recalls=called, treatment=sitting.treatment, by=by, at=at)
    keep(broken, sitting=sitting, because=deviation_because, happened_at=applied_at, by=by, at=at)
    return row


@transaction.atomic
def void_topical(*, row: TopicalUse, because: str, by: Actor, at: datetime) -> TopicalUse:
    """Take an entry back; it stays readable. Raises NotAllowed, NotFound, ReasonNeeded, AlreadyVoided,
    TreatmentSigned."""
    check_access(by, Act.ASSIST, row)
    sitting = sit(row.treatment, by=by, act=Act.ASSIST)
    sitting.check_still_unsigned(Deed.APPLY)
    found = TopicalUse.objects.select_for_update().get(pk=row.pk)
    take_back(row=found, because=because, by=by, at=at)
    audit.record(
        Event.TOPICAL_VOIDED,
        by=by,
        at=at,
        about=found,
        patient=sitting.treatment.patient,
        detail={"product": found.product, "because": because.strip()},
    )
    return found


def _check_batch(product: str, batch: str, expires_on: date | None, on: date) -> None:
    if expires_on is not None and expires_on < on:
        raise BatchExpired(product=wording.product(product), batch=batch, day=wording.day(expires_on))


def _check_under_needles(product: str, stage: str, by: Actor) -> None:
    """During the needling only what is meant for punctured skin; a prescriber may decide where the pack says so."""
    if stage == "after":
        return
    try:
        finding = protocols.check_topical(product)
    except UnknownCodeError:
        if stage == "during":
            raise NotUnderNeedles(
                product=product,
                because="it is not in the list of products meant for needled skin. Leave it out while needling.",
            ) from None
        return
    if finding is None:
        return
    if finding.verdict == "refuse" and stage == "during":
        raise NotUnderNeedles(product=wording.product(product), because=finding.because)
    if finding.verdict == "care" and not by.is_prescriber:
        raise NotUnderNeedles(
            product=wording.product(product), because=f"{finding.because} Only a prescriber decides on it."
        )
