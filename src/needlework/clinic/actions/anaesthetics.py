"""Numbing cream: on, off, and taken back where it was charted in error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, ClinicError, MomentNotPossible, NotFound
from needlework.clinic.models import AnaestheticApplication, Treatment
from needlework.clinic.queries import recall_batches as recall_queries
from needlework.clinic.rules import anaesthetics as rules
from needlework.clinic.rules import batches as batch_rules
from needlework.clinic.rules import orders
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.reasons import check_stands
from needlework.clinic.rules.transitions import Deed, State
from needlework.clinic.who import Actor
from needlework.skin import anatomy, dosing

from . import batches, recall_batches
from .charting import Sitting, judge, keep, sit
from .voiding import take_back


@transaction.atomic
def apply_anaesthetic(
    *,
    treatment: Treatment,
    product: str,
    batch: str,
    expires_on: date,
    grams: Decimal,
    area_cm2: Decimal,
    weight_kg: Decimal,
    minutes: int,
    areas: Sequence[str] = (),
    occluded: bool = False,
    applied_at: datetime | None = None,
    deviation_because: str | None = None,
    by: Actor,
    at: datetime,
) -> AnaestheticApplication:
    """Chart that cream went on. `area_cm2` is measured or drawn, never taken from a table; `minutes` is how long it
    is to stay on.

    A dose above a hard limit is refused, and so is cream once the needling has begun; what has already happened is
    recorded with `deviation_because` and opens a deviation.
    Raises NotAllowed, NotFound, BadInput, DoseRefused, StopOpen, BatchExpired, BatchOpenTooLong, BatchSetAside,
    BatchRecalled, BatchDiscarded, CreamAfterStart, TreatmentWrongMoment, TreatmentSigned.
    """
    sitting = sit(treatment, by=by, act=Act.ASSIST)
    sitting.check_still_unsigned(Deed.NUMB)
    row = sitting.treatment
    when = applied_at or at
    if when > at:
        raise MomentNotPossible(because="Cream cannot have gone on in the future.")
    known = {area.code for area in anatomy.areas()}
    if not set(areas) <= known:
        raise BadInput(because="Choose the areas from the list.", at_field="areas")
    on = sitting.on(when)
    needled = sitting.state in {State.STARTED, State.STOPPED, State.FINISHED} and row.started_at is not None
    dose, against = rules.judge_dose(
        row,
        product=product,
        grams=grams,
        area_cm2=area_cm2,
        minutes=minutes,
        weight_kg=weight_kg,
        occluded=occluded,
        needled=needled,
        at=when,
        on=on,
    )
    held = batches.locked_rows(product=product, batch=batch, by=by)
    called = recall_queries.called_back(by, product=product, batch=batch, expires_on=expires_on)

    def check_batch() -> None:
        batch_rules.check_not_called_back(product, batch, called)
        batch_rules.check_usable(held, site_id=row.site_id, on=on)
        rules.check_batch(product, batch, expires_on, on=on)

    checks: list[Callable[[], object]] = [
        lambda: sitting.check_moment(Deed.NUMB),
        check_batch,
        *(_raising(error) for error in against),
    ]
    broken = judge(checks, deviation_because=deviation_because)
    application = AnaestheticApplication.objects.create(
        clinic_id=by.clinic_id,
        treatment=row,
        product=product,
        batch=batch.strip(),
        expires_on=expires_on,
        grams=grams,
        area_cm2=area_cm2,
        areas=list(areas),
        occluded=occluded,
        weight_kg=weight_kg,
        limits=dosing.dose_json(dose)["limits"],
        order=orders.order_for(row, product),
        pack_version=dose.pack,
        applied_at=when,
        applied_by=by.name,
    )
    audit.record(
        Event.ANAESTHETIC_APPLIED,
        by=by,
        at=at,
        about=application,
        patient=row.patient,
        detail={
            "product": product,
            "batch": batch.strip(),
            "grams": f"{float(grams):g}",
            "area_cm2": f"{float(area_cm2):g}",
            "pack": dose.pack,
            "passed-by": [error.code for error in broken],
        },
    )
    if held:
        batches.open_first(rows=held, site_id=row.site_id, on=on, by=by, at=at)
    if called:
        recall_batches.add_patient(recalls=called, treatment=row, by=by, at=at)
    keep(broken, sitting=sitting, because=deviation_because, happened_at=when, by=by, at=at)
    return application


@transaction.atomic
def remove_anaesthetic(
    *,
    application: AnaestheticApplication,
    removed_at: datetime | None = None,
    deviation_because: str | None = None,
    by: Actor,
    at: datetime,
) -> AnaestheticApplication:
    """Chart that all of it was wiped off. Longer than the licence allows is recorded with a reason, as a deviation.

    Raises NotAllowed, NotFound, AlreadyVoided, BadInput, CreamOnTooLong, MomentNotPossible, TreatmentSigned.
    """
    application, sitting = _locked(application, by)
    when = removed_at or at
    if application.removed_at is not None:
        raise BadInput(because="This cream is already charted as wiped off.")
    if when < application.applied_at or when > at:
        raise MomentNotPossible(because="It was wiped off after it went on, and not in the future.")
    broken = judge((lambda: rules.check_time_on(application, at=when),), deviation_because=deviation_because)
    application.removed_at, application.removed_by = when, by.name
    application.save(update_fields=["removed_at", "removed_by"])
    audit.record(
        Event.ANAESTHETIC_REMOVED,
        by=by,
        at=at,
        about=application,
        patient=sitting.treatment.patient,
        detail={"product": application.product, "passed-by": [error.code for error in broken]},
    )
    keep(broken, sitting=sitting, because=deviation_because, happened_at=when, by=by, at=at)
    return application


@transaction.atomic
def void_anaesthetic(
    *, application: AnaestheticApplication, because: str, by: Actor, at: datetime
) -> AnaestheticApplication:
    """Take back an application that never was; the entry stays readable.

    Raises NotAllowed, NotFound, ReasonNeeded, AlreadyVoided, TreatmentSigned.
    """
    application, sitting = _locked(application, by)
    take_back(row=application, because=because, by=by, at=at)
    audit.record(
        Event.ANAESTHETIC_VOIDED,
        by=by,
        at=at,
        about=application,
        patient=sitting.treatment.patient,
        detail={"product": application.product, "because": because.strip()},
    )
    return application


def _locked(application: AnaestheticApplication, by: Actor) -> tuple[AnaestheticApplication, Sitting]:
    check_access(by, Act.ASSIST, application)
    sitting = sit(application.treatment, by=by, act=Act.ASSIST)
    sitting.check_still_unsigned(Deed.WIPE)
    found = AnaestheticApplication.objects.select_for_update().filter(pk=application.pk).first()
    if found is None:
        raise NotFound(thing="entry")
    check_stands(found)
    return found, sitting


def _raising(error: ClinicError) -> Callable[[], object]:
    def check() -> None:
        raise error

    return check
