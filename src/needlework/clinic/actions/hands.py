"""Measuring hands."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import RollAlreadyRead, RollNotReadable
from needlework.clinic.models import HandCalibration, Staff
from needlework.clinic.rules import hands as rules
from needlework.clinic.who import Actor
from needlework.skin import hands
from needlework.skin.hands import Scale

from .voiding import take_back


def measure(
    *,
    staff: Staff,
    picture: bytes,
    scale: Scale,
    device: str,
    pitch_mm: float | None = None,
    by: Actor,
    at: datetime,
) -> HandCalibration:
    """Read a person's photographed dye roll and keep what it says, also where that is not enough for the hand.

    `pitch_mm` is how far apart neighbouring strokes were meant to be; edge to edge if None. Raises NotAllowed, NotFound,
    BadInput, RollNotReadable, RollAlreadyRead.
    """
    rules.check_may_measure(by, staff)
    roller = rules.roller(device)
    try:
        sheet = hands.lay_flat(picture, scale)
        roll = hands.read_sheet(sheet, device=roller, pitch_mm=pitch_mm)
    except hands.RollNotReadable as refused:
        raise RollNotReadable(because=str(refused)) from refused
    with transaction.atomic():
        try:
            with transaction.atomic():
                kept = HandCalibration.objects.create(
                    clinic_id=staff.clinic_id,
                    staff=staff,
                    device=roller.code,
                    sha256=hashlib.sha256(picture).hexdigest(),
                    mm_per_px=sheet.mm_per_px,
                    dots=roll.dots,
                    area_cm2=roll.area_cm2,
                    count_per_cm2=roll.count_per_cm2.value,
                    count_low_per_cm2=roll.count_per_cm2.low,
                    count_high_per_cm2=roll.count_per_cm2.high,
                    evenness={str(size): dataclasses.asdict(one) for size, one in roll.cv.items()},
                    strokes=len(roll.strokes),
                    angle_sd_deg=roll.angle.sd if roll.angle else None,
                    angle_freedom=roll.angle.freedom if roll.angle else None,
                    lateral_sd_mm=roll.lateral.sd if roll.lateral else None,
                    lateral_freedom=roll.lateral.freedom if roll.lateral else None,
                    not_enough=list(roll.not_enough),
                    notes=list(roll.notes),
                    measured_at=at,
                    measured_by=by.name,
                )
        except IntegrityError as clash:
            raise RollAlreadyRead(name=staff.name) from clash
        detail = {
            "staff": str(staff.public_id),
            "angle_sd_deg": kept.angle_sd_deg,
            "lateral_sd_mm": kept.lateral_sd_mm,
        }
        audit.record(Event.HAND_MEASURED, by=by, at=at, about=kept, detail=detail)
    return kept


@transaction.atomic
def void(*, calibration: HandCalibration, because: str, by: Actor, at: datetime) -> HandCalibration:
    """Take a sheet out: it is kept, and counts no longer. Raises NotAllowed, NotFound, ReasonNeeded, AlreadyVoided."""
    rules.check_may_measure(by, calibration.staff)
    row = (
        HandCalibration.objects.select_for_update(of=("self",)).select_related("staff").get(pk=calibration.pk)
    )
    take_back(row=row, because=because, by=by, at=at)
    audit.record(Event.HAND_VOIDED, by=by, at=at, about=row, detail={"staff": str(row.staff.public_id)})
    return row
