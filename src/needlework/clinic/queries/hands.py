"""How a person rolls: the hand that their plans are drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from needlework.clinic.errors import NotFound
from needlework.clinic.models import HandCalibration, Staff
from needlework.clinic.rules.access import Act, check_access
from needlework.clinic.who import Actor
from needlework.skin import hands
from needlework.skin.hands import Spread
from needlework.skin.punctures import DEFAULT, Hand

LATEST: Final = 5
"""As many sheets count, the newest: a hand may become steadier."""


@dataclass(frozen=True, slots=True)
class HeldHand:
    """The hand to plan with. A spread is None where it was not measured and the default stands for it."""

    hand: Hand
    angle: Spread | None
    lateral: Spread | None
    sheets: int
    sentence: str

    @property
    def calibrated(self) -> bool:
        """Whether all of it was measured."""
        return self.angle is not None and self.lateral is not None

    @property
    def measured(self) -> Hand | None:
        """The hand, or None where nothing of it was measured."""
        return self.hand if self.sheets and (self.angle or self.lateral) else None


def of(by: Actor, staff: Staff | None) -> HeldHand:
    """A person's hand from their latest dye rolls, or the default one, and a sentence which says so.

    Raises NotFound for a person of another clinic.
    """
    if staff is None:
        return pooled([], "")
    if staff.clinic_id != by.clinic_id:
        raise NotFound(thing="person")
    rows = HandCalibration.objects.filter(staff=staff, voided_at=None).order_by("-measured_at", "-id")
    return pooled(list(rows[:LATEST]), staff.name)


def mine(by: Actor) -> HeldHand:
    """The hand of the person who acts."""
    rows = HandCalibration.objects.filter(staff=by.staff_id or 0, clinic_id=by.clinic_id, voided_at=None)
    return pooled(list(rows.order_by("-measured_at", "-id")[:LATEST]), by.name)


def pooled(sheets: Sequence[HandCalibration], name: str) -> HeldHand:
    """Some sheets of one person together."""
    angle = hands.pool(
        [
            Spread(one.angle_sd_deg, one.angle_freedom)
            for one in sheets
            if one.angle_sd_deg is not None and one.angle_freedom
        ]
    )
    lateral = hands.pool(
        [
            Spread(one.lateral_sd_mm, one.lateral_freedom)
            for one in sheets
            if one.lateral_sd_mm is not None and one.lateral_freedom
        ]
    )
    hand = hands.hand(angle or Spread(DEFAULT.angle_sd_deg, 1), lateral or Spread(DEFAULT.lateral_sd_mm, 1))
    whose = f"the hand of {name}" if name else "a hand"
    default = f"{DEFAULT.angle_sd_deg:g}° and {DEFAULT.lateral_sd_mm:g} mm"
    if angle is None and lateral is None:
        sentence = f"How {whose} strays is not measured: {default} are assumed. A dye roll replaces them."
    else:
        count = len(sheets)
        strays = " and ".join(
            f"{spread.sd:.1f}{unit}" if spread else f"{assumed:g}{unit} (assumed)"
            for spread, unit, assumed in (
                (angle, "°", DEFAULT.angle_sd_deg),
                (lateral, " mm sideways", DEFAULT.lateral_sd_mm),
            )
        )
        sentence = f"By {count} dye roll{'' if count == 1 else 's'}, {whose} strays by {strays}."
    return HeldHand(hand, angle, lateral, len(sheets), sentence)


def history(by: Actor, staff: Staff) -> list[HandCalibration]:
    """Every sheet of a person, newest first, those that were taken out marked. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_STAFF, staff)
    return list(HandCalibration.objects.filter(staff=staff).order_by("-measured_at", "-id"))


def find(by: Actor, staff: Staff, public_id: UUID) -> HandCalibration:
    """One sheet of a person. Raises NotAllowed, NotFound."""
    check_access(by, Act.SEE_STAFF, staff)
    found = HandCalibration.objects.filter(staff=staff, public_id=public_id).first()
    if found is None:
        raise NotFound(thing="dye roll")
    return found
