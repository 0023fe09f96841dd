"""Counting the drawer of a site: started, packet by packet, and closed, which makes facts of what differs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, CountUnderWay, NotFound, PacketCountedAlready, UnitNotInStock
from needlework.clinic.models import CountedPacket, Delivery, DeviceUnit, Site, StockCount
from needlework.clinic.queries import counts as queries
from needlework.clinic.queries import scans
from needlework.clinic.rules import counts as rules
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.counts import Line
from needlework.clinic.rules.wording import day, local_day
from needlework.clinic.who import Actor

from . import devices, recalls
from .voiding import take_back


@transaction.atomic
def start(*, site: Site, by: Actor, at: datetime) -> StockCount:
    """Begin to count a site. Raises NotAllowed, NotFound, CountUnderWay."""
    check_access(by, Act.KEEP_STOCK, site)
    try:
        with transaction.atomic():
            count = StockCount.objects.create(
                clinic_id=by.clinic_id, site=site, started_at=at, started_by=by.name
            )
    except IntegrityError as clash:
        raise CountUnderWay(site=site.name) from clash
    audit.record(Event.STOCK_COUNT_STARTED, by=by, at=at, about=count, detail={"site": site.name})
    return count


@transaction.atomic
def count_packets(
    *,
    count: StockCount,
    scanned: str,
    separators_kept: bool = False,
    number: int = 1,
    by: Actor,
    at: datetime,
) -> CountedPacket:
    """Note that a packet was seen: this very one, or so many of its lot that have no name of their own.

    Raises NotAllowed, NotFound, CountIsClosed, BadInput, LabelNotRead, UnitNotInStock, PacketCountedAlready.
    """
    count = _locked(count, by)
    rules.check_number(number)
    on = local_day(at, count.site.time_zone)
    meant = scans.meant(by, scanned, on=on, separators_kept=separators_kept)
    unit = meant.packet
    if unit is None:
        like = _nameless_like(meant)
    else:
        if number != 1:
            raise BadInput(because="This code is on one packet only. Count it as one.", at_field="number")
        rules.check_not_counted(count, unit)
        like = unit
    try:
        with transaction.atomic():
            packet = CountedPacket.objects.create(
                clinic_id=by.clinic_id,
                stock_count=count,
                unit=unit,
                model=like.model,
                lot=like.lot,
                expires_on=like.expires_on,
                number=number,
                scanned=scanned,
                counted_at=at,
                counted_by=by.name,
            )
    except IntegrityError as clash:
        raise PacketCountedAlready(device=like.label) from clash
    audit.record(
        Event.PACKETS_COUNTED,
        by=by,
        at=at,
        about=packet,
        detail={"count": str(count.public_id), "lot": like.lot, "number": number},
    )
    return packet


def _nameless_like(meant: scans.Meant) -> DeviceUnit:
    if not meant.nameless.exists():
        raise UnitNotInStock(packet=f"of lot {meant.lot}")
    like = meant.nameless.filter(clinic_label="").order_by("pk").first()
    if like is None:
        raise BadInput(
            because=f"Every packet of lot {meant.lot} has a label of the clinic. Scan that label.",
            at_field="scan",
        )
    return like


@transaction.atomic
def uncount(*, packet: CountedPacket, by: Actor, at: datetime) -> CountedPacket:
    """Take one entry of a count back. Raises NotAllowed, NotFound, CountIsClosed, AlreadyVoided."""
    count = _locked(packet.stock_count, by)
    row = CountedPacket.objects.select_for_update(of=("self",)).get(pk=packet.pk)
    take_back(row=row, because="Counted in error", by=by, at=at)
    audit.record(
        Event.COUNTED_PACKET_VOIDED,
        by=by,
        at=at,
        about=row,
        detail={"count": str(count.public_id), "lot": row.lot, "number": row.number},
    )
    return row


@transaction.atomic
def close(*, count: StockCount, by: Actor, at: datetime) -> StockCount:
    """End a count. What nobody saw is discarded as missing, what nobody had entered is put in, what the record kept at
    another site is moved here. Packets that the record says are opened or thrown away are named and stay so.

    Raises NotAllowed, NotFound, CountIsClosed.
    """
    count = _locked(count, by)
    here = DeviceUnit.objects.filter(site=count.site, opened_at=None, discarded_at=None)
    list(here.select_for_update().order_by("pk").values_list("pk"))  # nobody opens one meanwhile
    lines = queries.progress(by, count).lines
    on = day(local_day(at, count.site.time_zone))
    count.closed_at, count.closed_by = at, by.name
    count.result = [_as_result(line) for line in lines]
    count.save(update_fields=["closed_at", "closed_by", "result"])
    for line in lines:
        for unit in line.missing:
            devices.discard(
                unit=unit, because=f"Missing when {count.site.name} was counted on {on}", by=by, at=at
            )
        for unit in line.from_elsewhere:
            _bring(count, unit, by=by, at=at)
        if line.found:
            _enter(count, line, by=by, at=at)
    audit.record(
        Event.STOCK_COUNT_CLOSED,
        by=by,
        at=at,
        about=count,
        detail={
            "counted": sum(line.counted for line in lines),
            "missing": sum(len(line.missing) for line in lines),
            "found": sum(line.found for line in lines),
            "moved": sum(len(line.from_elsewhere) for line in lines),
        },
    )
    return count


def _as_result(line: Line) -> dict[str, Any]:
    return {
        "model": line.model.name,
        "lot": line.lot,
        "expected": line.expected,
        "counted": line.counted,
        "missing": [str(unit.public_id) for unit in line.missing],
        "found": line.found,
        "moved": [str(unit.public_id) for unit in line.from_elsewhere],
        "gone": [str(unit.public_id) for unit in line.gone],
    }


def _bring(count: StockCount, unit: DeviceUnit, *, by: Actor, at: datetime) -> None:
    """A packet that was carried here without a word: no move that somebody makes now, so no count forbids it."""
    before = unit.site.name
    unit.site = count.site
    unit.save(update_fields=["site"])
    detail = {"from": before, "to": count.site.name, "found-in": str(count.public_id)}
    audit.record(Event.UNIT_MOVED, by=by, at=at, about=unit, detail=detail)


def _enter(count: StockCount, line: Line, *, by: Actor, at: datetime) -> None:
    """Packets that lie in the drawer and never came in: a delivery nobody entered."""
    seen = count.packets.filter(model=line.model, lot=line.lot, unit=None, voided_at=None).order_by("pk")[0]
    known = DeviceUnit.objects.filter(clinic_id=by.clinic_id, model=line.model, lot=line.lot).order_by("pk")[
        0
    ]
    delivery = Delivery.objects.create(
        clinic_id=by.clinic_id,
        site=count.site,
        model=line.model,
        lot=line.lot,
        expires_on=seen.expires_on,
        quantity=line.found,
        received_at=at,
        received_by=by.name,
        found_in=count,
    )
    units = DeviceUnit.objects.bulk_create(
        DeviceUnit(
            clinic_id=by.clinic_id,
            site=count.site,
            model=line.model,
            delivery=delivery,
            di=known.di,
            lot=line.lot,
            expires_on=seen.expires_on,
            scanned=seen.scanned,
            received_at=at,
        )
        for _ in range(line.found)
    )
    recalls.catch(units=[unit.pk for unit in units], by=by, at=at)
    audit.record(
        Event.DELIVERY_RECEIVED,
        by=by,
        at=at,
        about=delivery,
        detail={
            "model": line.model.code,
            "lot": line.lot,
            "quantity": line.found,
            "expires_on": seen.expires_on.isoformat(),
            "found-in": str(count.public_id),
        },
    )


@transaction.atomic
def abandon(*, count: StockCount, because: str, by: Actor, at: datetime) -> StockCount:
    """Give a count up: nothing follows from it. Raises NotAllowed, NotFound, ReasonNeeded, CountIsClosed."""
    count = _locked(count, by)
    take_back(row=count, because=because, by=by, at=at)
    audit.record(Event.STOCK_COUNT_ABANDONED, by=by, at=at, about=count, detail={"because": because.strip()})
    return count


def _locked(count: StockCount, by: Actor) -> StockCount:
    check_access(by, Act.KEEP_STOCK, count)
    rows = StockCount.objects.select_for_update(of=("self",)).select_related("site")
    row = rows.filter(pk=count.pk).first()
    if row is None:
        raise NotFound(thing="count")
    rules.check_open(row)
    return row
