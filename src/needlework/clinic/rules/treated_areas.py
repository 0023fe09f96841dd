"""What the record can hold of one treated area, whatever the reason for it."""

from __future__ import annotations

from decimal import Decimal

from needlework.clinic.errors import BadInput
from needlework.skin import anatomy, packs
from needlework.skin.delivery import Strokes
from needlework.skin.tables import UnknownCodeError


def check_area_possible(
    area: str,
    indication: str,
    *,
    needle_mm: Decimal,
    passes: int,
    directions: int,
    strokes: Strokes = (),
) -> None:
    """What the record can hold at all. Raises BadInput, whatever the reason for it: this is no fact."""
    try:
        anatomy.get(area)
    except UnknownCodeError as error:
        raise BadInput(because=str(error), at_field="area") from error
    if indication not in packs.shipped().indications:
        raise BadInput(because="Choose what is treated here from the list.", at_field="indication")
    if not Decimal(0) < needle_mm <= Decimal(10):
        raise BadInput(because="A needle length lies above 0 and up to 10 mm.", at_field="needle_mm")
    if not 1 <= passes <= 200:
        raise BadInput(because="The number of passes lies between 1 and 200.", at_field="passes")
    if not 1 <= directions <= 8:
        raise BadInput(because="The number of directions lies between 1 and 8.", at_field="directions")
    check_strokes(strokes, passes)


def check_strokes(strokes: Strokes, passes: int) -> None:
    """Directions [°], each once, whose passes are those of the entry; none at all where nobody noted them.

    Raises BadInput.
    """
    if not strokes:
        return
    if len({direction for direction, _count in strokes}) < len(strokes) or len(strokes) > 8:
        raise BadInput(because="Give each direction once, and at most 8.", at_field="strokes")
    for direction, count in strokes:
        if not 0 <= direction < 180:
            raise BadInput(because="A direction lies between 0° and 179°.", at_field="strokes")
        if count < 1:
            raise BadInput(because="Leave a direction out if nothing was rolled in it.", at_field="strokes")
    if sum(count for _direction, count in strokes) != passes:
        raise BadInput(
            because="The passes of the directions together are not those of the area.", at_field="strokes"
        )
