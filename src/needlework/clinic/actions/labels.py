"""Stickers for packets without a serial number, printed as one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from needlework.clinic.errors import BadInput
from needlework.clinic.models import DeviceUnit
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.rules.labels import MOST_AT_ONCE, check_no_serial, check_sheet, sticker
from needlework.clinic.who import Actor
from needlework.skin import label_drawings

from .devices import label_unit


@transaction.atomic
def print_labels(
    *, units: Sequence[DeviceUnit], sheet: str, start: int = 1, by: Actor, at: datetime
) -> bytes:
    """A sheet of stickers as PDF, from place `start` on. A packet that has no label yet gets one and is told by it.

    Raises NotAllowed, NotFound, BadInput, DeviceAlreadyUsed, LabelTaken.
    """
    printed_on = check_sheet(sheet, start)
    if not 1 <= len(units) <= MOST_AT_ONCE:
        raise BadInput(because=f"Choose 1 to {MOST_AT_ONCE} packets.", at_field="units")
    labelled = []
    for unit in units:
        check_access(by, Act.KEEP_STOCK, unit)
        check_no_serial(unit)
        labelled.append(unit if unit.clinic_label else label_unit(unit=unit, by=by, at=at))
    return label_drawings.pdf([sticker(unit) for unit in labelled], sheet=printed_on, start=start)
