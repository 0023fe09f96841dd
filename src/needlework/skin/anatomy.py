"""Body areas and facial units: where they are, how thick the skin is, and which of them are never needled."""

from collections.abc import Collection
from dataclasses import dataclass

from needlework.skin import packs
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Area, Sex
from needlework.skin.units import Cm2, Mm


@dataclass(frozen=True, slots=True)
class Thickness:
    """Mean thickness of epidermis and dermis, and the spread of the dermis between people [mm]."""

    epidermis_mm: Mm
    dermis_mm: Mm
    dermis_sd_mm: Mm

    @property
    def total_mm(self) -> Mm:
        return self.epidermis_mm + self.dermis_mm


def areas(pack: Pack | None = None) -> tuple[Area, ...]:
    """Every area, from the forehead down."""
    return tuple((pack or packs.shipped()).areas.values())


def get(code: str, pack: Pack | None = None) -> Area:
    """One area. Raises `UnknownCodeError` with the nearest codes."""
    return packs.find(code, (pack or packs.shipped()).areas, "area")


def in_words(code: str, pack: Pack | None = None) -> str:
    """An area as it is said in a sentence; a code that is not known any more stays a code.

    >>> in_words("cheek-left"), in_words("upper-lip")
    ('left cheek', 'upper lip (skin above the red)')
    """
    area = (pack or packs.shipped()).areas.get(code)
    if area is None:
        return code
    name, _, more = area.name.partition(", ")
    lower = f"{name[:1].lower()}{name[1:]}"
    if more in ("left", "right"):
        return f"{more} {lower}"
    return f"{lower} ({more})" if more else lower


def thickness(code: str, sex: Sex | None = None, pack: Pack | None = None) -> Thickness | None:
    """How thick the skin of an area is, or None where it has not been measured in living adults.

    Without a sex, the thinner of the two, as the cautious reading. Source: BMC Med Imaging 2022;22:113, ultrasound of 69
    women and 49 men. Raises `UnknownCodeError`.
    """
    area = get(code, pack)
    women = _thickness(area.epidermis_mm_f, area.dermis_mm_f, area.dermis_sd_mm_f)
    men = _thickness(area.epidermis_mm_m, area.dermis_mm_m, area.dermis_sd_mm_m)
    if sex is not None:
        return women if sex == "f" else men
    known = [measured for measured in (women, men) if measured is not None]
    return min(known, key=lambda measured: measured.total_mm, default=None)


def _thickness(epidermis: Mm | None, dermis: Mm | None, sd: Mm | None) -> Thickness | None:
    if epidermis is None or dermis is None or sd is None:
        return None
    return Thickness(epidermis, dermis, sd)


def surface_assumed(codes: Collection[str], pack: Pack | None = None) -> Cm2 | None:
    """A rough size of these areas together [cm²], or None where one of them has no estimate.

    An assumption to draw a map with, from a face of 200 cm²; never the area of a dose. Raises `UnknownCodeError`.
    """
    sizes = [get(code, pack).surface_assumed_cm2 for code in dict.fromkeys(codes)]
    known = [size for size in sizes if size is not None]
    return sum(known) if known and len(known) == len(sizes) else None
