"""What a planned or a charted row delivers, found from its device in the catalogue."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from needlework.skin import delivery, devices
from needlework.skin.delivery import Delivery, Strokes
from needlework.skin.punctures import Hand
from needlework.skin.tables import UnknownCodeError

if TYPE_CHECKING:
    from needlework.clinic.models import PlanArea, TreatmentArea


def of(row: PlanArea | TreatmentArea, hand: Hand | None = None) -> Delivery:
    """The delivery of a row; not known where the catalogue has lost its device."""
    model = row.device_model if hasattr(row, "device_model") else row.device_use.unit.model
    try:
        device = devices.get(model.code)
    except UnknownCodeError as wrong:
        return Delivery(model.name, "pass", row.passes, unknown=str(wrong))
    return delivery.of_row(
        device, float(row.needle_mm), row.passes, strokes=strokes_of(getattr(row, "strokes", ())), hand=hand
    )


def together(rows: Sequence[TreatmentArea], hand: Hand | None = None) -> str:
    """What several entries of one area come to; empty for fewer than two, and where one is not known or was pressed.

    Their means add up, and so do the squares of their spreads.
    """
    made = [of(row, hand) for row in rows]
    known = [each.per_cm2 for each in made if each.per_cm2 is not None and each.step == "pass"]
    if len(made) < 2 or len(known) < len(made):
        return ""
    spread = math.hypot(*(each.sd_per_cm2 or 0.0 for each in made))
    return f"{math.fsum(known):.0f} ± {spread:.0f} per cm²"


def strokes_of(kept: object) -> Strokes:
    """Strokes as the record keeps them, as pairs."""
    return tuple((int(direction), int(count)) for direction, count in kept)  # type: ignore[attr-defined]
