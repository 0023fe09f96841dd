"""A section through the skin: epidermis, dermis, and the depths the tip of a needle may reach, to one scale.

Depth is drawn as a range, never as one line: the length of a needle is not the depth it reaches. The two layers are
drawn at their mean thickness, with the spread of the dermis between people; where the skin of an area was not
measured, that is what the picture says.
"""

import math
from collections.abc import Sequence
from typing import Final

from needlework.skin.depth import Place, Reach, Skin
from needlework.skin.pictures.drawing import Picture, element, short, words
from needlework.skin.pictures.scales import Scale
from needlework.skin.units import Mm

_LEFT, _TOP, _WIDE, _HIGH = 34.0, 24.0, 316.0, 210.0
_SEX: Final = {"f": "women", "m": "men"}


def section_of(reach: Reach, place: Place, *, name: str, area: str, scale: Scale | None = None) -> Picture:
    """The skin of one area with the reach of one needle; a column for each sex where the sex is not known.

    `name` is that of the device, `area` the area in words.
    """
    deep = (scale or Scale()).depth_mm or deepest_mm(reach, place)
    # Above the surface there is room for what of the needle stays out at the shallow end.
    out = reach.needle_mm - reach.depth_mm.low + 0.1
    px = _HIGH / (deep + out)
    surface = _TOP + out * px
    columns: Sequence[Skin | None] = place.skins or (None,)
    wide = _WIDE / len(columns)
    parts: list[str] = []
    for number, skin in enumerate(columns):
        gap = 6 if number + 1 < len(columns) else 0
        parts += _layers(skin, _LEFT + number * wide, wide - gap, surface, px, deep, named=len(columns) > 1)
        parts += _needles(reach, _LEFT + (number + 0.72) * wide, surface, px)
    parts += _axis(deep, surface, px)
    return Picture(
        title=f"How deep {name} may reach, {area}",
        sentence=_sentence(reach, place, name, area),
        width=360,
        height=_TOP + _HIGH + 26,
        body="".join(parts),
    )


def deepest_mm(reach: Reach, place: Place) -> Mm:
    """How far down a picture must go to show all of it [mm], in halves."""
    skins = [skin.epidermis_mm + skin.dermis_mm + skin.dermis_sd_mm for skin in place.skins]
    return math.ceil((max([reach.depth_mm.high, *skins]) + 0.2) * 2) / 2


def _layers(
    skin: Skin | None, x: float, wide: float, surface: float, px: float, deep: Mm, *, named: bool
) -> list[str]:
    if skin is None:
        return [
            element("rect", cls="unknown", x=x, y=surface, width=wide, height=deep * px),
            words(x + 8, surface + 16, "thickness not known", cls="quiet"),
        ]
    epidermis, below = skin.epidermis_mm, skin.epidermis_mm + skin.dermis_mm
    drawn = [
        element("rect", cls="epidermis", x=x, y=surface, width=wide, height=epidermis * px),
        element(
            "rect", cls="dermis", x=x, y=surface + epidermis * px, width=wide, height=skin.dermis_mm * px
        ),
        element(
            "rect", cls="below", x=x, y=surface + below * px, width=wide, height=max(0.0, deep - below) * px
        ),
        words(x + 8, surface - 5, "epidermis", cls="quiet"),
        words(x + 8, surface + epidermis * px + 16, "dermis"),
        words(x + 8, surface + deep * px - 6, "below", cls="quiet"),
    ]
    # One standard deviation to either side of the lower edge of the dermis.
    low, high = (surface + (below + way * skin.dermis_sd_mm) * px for way in (-1, 1))
    at = x + wide * 0.45
    drawn.append(element("path", cls="spread", d=f"M{at - 5:.1f} {low:.1f}h10m-5 0V{high:.1f}m-5 0h10"))
    if named:
        drawn.append(words(x + 8, _TOP + 4, _SEX[skin.sex]))
    return drawn


def _needles(reach: Reach, x: float, surface: float, px: float) -> list[str]:
    """The same needle twice, at either end of the range; between the two ends of it the range is shaded."""
    low, high, length = (mm * px for mm in (reach.depth_mm.low, reach.depth_mm.high, reach.needle_mm))
    drawn = [element("rect", cls="reached", x=x - 26, y=surface + low, width=52, height=max(high - low, 1.0))]
    for at, depth in ((x - 14, low), (x + 14, high)):
        tip = surface + depth
        drawn.append(
            element(
                "path",
                cls="needle",
                d=f"M{at - 4:.1f} {tip - length:.1f}V{tip - 8:.1f}L{at:.1f} {tip:.1f}L{at + 4:.1f} {tip - 8:.1f}"
                f"V{tip - length:.1f}z",
            )
        )
    return drawn


def _axis(deep: Mm, surface: float, px: float) -> list[str]:
    drawn = [element("path", cls="axis", d=f"M{_LEFT:g} {surface:.1f}V{surface + deep * px:.1f}")]
    drawn.append(words(0, surface - 9, "mm", cls="quiet"))
    step = 0.5 if deep <= 4 else 1.0
    for number in range(round(deep / step) + 1):
        y = surface + number * step * px
        drawn.append(element("path", cls="axis", d=f"M{_LEFT - 4:g} {y:.1f}h4"))
        drawn.append(words(_LEFT - 7, y + 4, f"{number * step:g}", cls="quiet", anchor="end"))
    drawn.append(words(_LEFT, _TOP + _HIGH + 18, "shaded: where the tip may end", cls="quiet"))
    return drawn


def _sentence(reach: Reach, place: Place, name: str, area: str) -> str:
    low, high = reach.depth_mm.low, reach.depth_mm.high
    said = [
        f"{name}, needle of {reach.needle_mm:g} mm, {area}. The tip may end {low:.2g} to {high:.2g} mm below the surface "
        "(working assumption)."
    ]
    if not place.skins:
        said.append("How thick the skin is there is not known, so no layer can be named.")
    said += [
        f"In {_SEX[skin.sex]} the epidermis is {short(skin.epidermis_mm)} mm and the dermis {short(skin.dermis_mm)} mm "
        f"(± {short(skin.dermis_sd_mm)} mm between people) by ultrasound."
        for skin in place.skins
    ]
    if reach.layers is not None:
        below = reach.layers.below_dermis
        said.append(
            f"Chance that the tip ends below the dermis: {_chance(below.low)} to {_chance(below.high)}."
        )
    if place.note and place.skins:
        said.append(place.note)
    return " ".join(said)


def _chance(chance: float) -> str:
    return "under 1 %" if chance < 0.01 else "over 99 %" if chance > 0.99 else f"{100 * chance:.0f} %"
