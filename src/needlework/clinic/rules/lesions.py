"""Lesions: what kind, where in which area, and how a stamp's presses are shared among them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from needlework.clinic.errors import BadInput, LesionGone, LesionOfAnotherArea
from needlework.clinic.models import LESION_KINDS, Lesion
from needlework.skin import anatomy
from needlework.skin.tables import UnknownCodeError

from .wording import area as area_name

Presses: TypeAlias = Sequence[tuple[Lesion, int]]
"""Lesions, and how often each was pressed."""

KINDS: dict[str, str] = dict(LESION_KINDS)
MOST_IN_AN_AREA = 200


def check_spot(area: str, kind: str, x: Decimal, y: Decimal) -> None:
    """A known kind in a known area, inside its drawing. Raises BadInput."""
    try:
        anatomy.get(area)
    except UnknownCodeError as wrong:
        raise BadInput(because=str(wrong), at_field="area") from wrong
    if kind not in KINDS:
        raise BadInput(because="Choose the kind from the list.", at_field="kind")
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise BadInput(because="The place lies outside the drawing of the area.", at_field="place")


def check_room(already: int, area: str) -> None:
    """Raises BadInput where an area holds as many as a page can show."""
    if already >= MOST_IN_AN_AREA:
        raise BadInput(
            because=f"{area_name(area)} has {already} marks already. Take back those that are no longer needed.",
            at_field="area",
        )


def check_still_seen(lesion: Lesion) -> None:
    """Raises LesionGone."""
    if lesion.gone_at is not None:
        raise LesionGone(kind=KINDS[lesion.kind].lower())


def check_presses(presses: Presses, *, area: str, passes: int, patient_id: int) -> None:
    """Lesions of this patient in this area, each once; the most on one of them are the presses of the entry.

    Raises BadInput, LesionOfAnotherArea.
    """
    if not presses:
        return
    if len({lesion.pk for lesion, _count in presses}) < len(presses):
        raise BadInput(because="Name each lesion once.", at_field="presses")
    for lesion, count in presses:
        if lesion.patient_id != patient_id or lesion.area != area or lesion.voided_at is not None:
            raise LesionOfAnotherArea(area=area_name(area))
        if not 1 <= count <= 200:
            raise BadInput(because="The number of presses lies between 1 and 200.", at_field="presses")
    if max(count for _lesion, count in presses) != passes:
        raise BadInput(
            because="The presses of an area are those of the lesion that was pressed most.",
            at_field="presses",
        )
