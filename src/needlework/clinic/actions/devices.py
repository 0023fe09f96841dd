"""Stock: packets come in, get a label, move, are set aside, thrown away. None is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, LabelTaken, NotFound, SerialTaken
from needlework.clinic.models import Delivery, DeviceModel, DeviceUnit, Site
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.counts import check_not_counting
from needlework.clinic.rules.devices import check_delivery, check_for_needling, check_releasable, check_unused
from needlework.clinic.rules.reasons import check_reason
from needlework.clinic.rules.scans import TYPED, check_way
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor

from . import recalls


@transaction.atomic
def receive(
    *,
    site: Site,
    model: DeviceModel,
    lot: str,
    expires_on: date,
    quantity: int,
    serials: Sequence[str] = (),
    di: str = "",
    scanned: str = "",
    read_by: str = "",
    supplier: str = "",
    by: Actor,
    at: datetime,
) -> Delivery:
    """Put a delivery into stock: as many units as packets came. Without a label that was read it is marked as typed.

    What an open recall means is set aside at once.

    Raises NotAllowed, NotFound, DeviceNotForNeedling, BadInput, DeliveryExpired, SerialTaken.
    """
    check_access(by, Act.KEEP_STOCK, site)
    way = check_way(read_by, scanned=scanned)
    lot = lot.strip()
    serials = tuple(serial.strip() for serial in serials)
    on = local_day(at, site.time_zone)
    check_for_needling(model)
    check_delivery(lot=lot, expires_on=expires_on, quantity=quantity, serials=serials, on=on)
    taken = (
        DeviceUnit.objects.filter(clinic_id=by.clinic_id, model=model, lot=lot, serial__in=serials)
        .exclude(serial="")
        .first()
    )
    if taken is not None:
        raise SerialTaken(serial=taken.serial, lot=lot)
    delivery = Delivery.objects.create(
        clinic_id=by.clinic_id,
        site=site,
        model=model,
        lot=lot,
        expires_on=expires_on,
        quantity=quantity,
        received_at=at,
        received_by=by.name,
        supplier=supplier.strip(),
    )
    try:
        with transaction.atomic():
            units = DeviceUnit.objects.bulk_create(
                DeviceUnit(
                    clinic_id=by.clinic_id,
                    site=site,
                    model=model,
                    delivery=delivery,
                    di=di,
                    lot=lot,
                    serial=serials[number] if serials else "",
                    expires_on=expires_on,
                    scanned=scanned,
                    typed=not scanned or way == TYPED,
                    received_at=at,
                )
                for number in range(quantity)
            )
    except IntegrityError as clash:
        raise SerialTaken(serial=", ".join(serials), lot=lot) from clash
    recalls.catch(units=[unit.pk for unit in units], by=by, at=at)
    audit.record(
        Event.DELIVERY_RECEIVED,
        by=by,
        at=at,
        about=delivery,
        detail={
            "model": model.code,
            "lot": lot,
            "quantity": quantity,
            "expires_on": expires_on.isoformat(),
            "read-by": way,
        },
    )
    return delivery


@transaction.atomic
def label_unit(*, unit: DeviceUnit, label: str = "", by: Actor, at: datetime) -> DeviceUnit:
    """Give one packet the clinic's own label, so that it is told from its neighbours. Without `label` one is made.

    Raises NotAllowed, NotFound, DeviceAlreadyUsed, LabelTaken, BadInput.
    """
    unit = _locked(unit, by)
    check_unused(unit)
    label = label.strip().upper() or f"N{unit.pk:07}"
    if len(label) > 40 or not label.isascii() or not label.replace("-", "").isalnum():
        raise BadInput(because="A label has up to 40 letters, digits and hyphens.", at_field="label")
    unit.clinic_label = label
    try:
        with transaction.atomic():
            unit.save(update_fields=["clinic_label"])
    except IntegrityError as clash:
        raise LabelTaken(label=label) from clash
    audit.record(Event.UNIT_LABELLED, by=by, at=at, about=unit, detail={"label": label, "lot": unit.lot})
    return unit


@transaction.atomic
def move(*, unit: DeviceUnit, to: Site, by: Actor, at: datetime) -> DeviceUnit:
    """Carry an unopened packet to another site. Raises NotAllowed, NotFound, DeviceAlreadyUsed, CountUnderWay."""
    check_access(by, Act.KEEP_STOCK, to)
    unit = _locked(unit, by)
    check_unused(unit)
    check_not_counting(unit.site, to)
    before = unit.site
    unit.site = to
    unit.save(update_fields=["site"])
    audit.record(Event.UNIT_MOVED, by=by, at=at, about=unit, detail={"from": before.name, "to": to.name})
    return unit


@transaction.atomic
def quarantine(*, unit: DeviceUnit, because: str, by: Actor, at: datetime) -> DeviceUnit:
    """Set a packet aside until somebody decides. Raises NotAllowed, NotFound, ReasonNeeded, DeviceAlreadyUsed."""
    check_reason(because)
    unit = _locked(unit, by)
    check_unused(unit)
    if unit.quarantined_at is None:
        unit.quarantined_at, unit.quarantined_by, unit.quarantined_because = at, by.name, because.strip()
        unit.save(update_fields=["quarantined_at", "quarantined_by", "quarantined_because"])
        audit.record(Event.UNIT_QUARANTINED, by=by, at=at, about=unit, detail={"lot": unit.lot})
    return unit


@transaction.atomic
def quarantine_lot(*, model: DeviceModel, lot: str, because: str, by: Actor, at: datetime) -> int:
    """Set aside every packet of a lot that is still in the drawer, at all sites. Gives their number.

    Raises NotAllowed, ReasonNeeded.
    """
    check_may(by, Act.KEEP_STOCK)
    check_reason(because)
    number = DeviceUnit.objects.filter(
        clinic_id=by.clinic_id, model=model, lot=lot, opened_at=None, discarded_at=None, quarantined_at=None
    ).update(quarantined_at=at, quarantined_by=by.name, quarantined_because=because.strip())
    audit.record(
        Event.UNIT_QUARANTINED, by=by, at=at, detail={"model": model.code, "lot": lot, "number": number}
    )
    return number


@transaction.atomic
def release(*, unit: DeviceUnit, because: str, by: Actor, at: datetime) -> DeviceUnit:
    """Put a packet from quarantine back into stock. Raises NotAllowed, NotFound, ReasonNeeded, UnitNotQuarantined,
    UnitHeldByRecall.
    """
    check_reason(because)
    unit = _locked(unit, by)
    check_releasable(unit)
    held_because = unit.quarantined_because
    unit.quarantined_at, unit.quarantined_by, unit.quarantined_because = None, "", ""
    unit.save(update_fields=["quarantined_at", "quarantined_by", "quarantined_because"])
    audit.record(
        Event.UNIT_RELEASED,
        by=by,
        at=at,
        about=unit,
        detail={"lot": unit.lot, "held_because": held_because, "because": because.strip()},
    )
    return unit


@transaction.atomic
def discard(*, unit: DeviceUnit, because: str, by: Actor, at: datetime) -> DeviceUnit:
    """Throw an unopened packet away. Raises NotAllowed, NotFound, ReasonNeeded, DeviceAlreadyUsed."""
    check_reason(because)
    unit = _locked(unit, by)
    check_unused(unit)
    if unit.discarded_at is None:
        unit.discarded_at, unit.discarded_by, unit.discarded_because = at, by.name, because.strip()
        unit.save(update_fields=["discarded_at", "discarded_by", "discarded_because"])
        audit.record(
            Event.UNIT_DISCARDED,
            by=by,
            at=at,
            about=unit,
            detail={"lot": unit.lot, "because": because.strip()},
        )
    return unit


def _locked(unit: DeviceUnit, by: Actor) -> DeviceUnit:
    check_access(by, Act.KEEP_STOCK, unit)
    found = (
        DeviceUnit.objects.select_for_update(of=("self",)).select_related("model", "site").filter(pk=unit.pk)
    )
    if (row := found.first()) is None:
        raise NotFound(thing="packet")
    return row
