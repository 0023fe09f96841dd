"""How deep a needle gets: always a range, never one depth.

The length of a needle is not the depth it reaches. Little was measured: pens came close to their setting in one
donor's facial skin (Sasaki, Aesthet Surg J Open Forum 2019;ojz017), a pressed patch of 0.6 mm reached 0.46 mm in
people (PMC3016610), a roller of 0.77 mm only 0.15 mm in hairless rats (Kalluri, AAPS J 2011;13:473). The shares used
here span what was found and are working assumptions. Skin thickness is that of 118 adults by ultrasound (BMC Med
Imaging 2022;22:113); histology gives a thinner epidermis and other values for the dermis, so a chance computed from
it is an order of magnitude.
"""

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from needlework.skin import anatomy
from needlework.skin.devices import Device, Kind, MeasureError
from needlework.skin.tables import UnknownCodeError
from needlework.skin.units import Degrees, Mm

Sex: TypeAlias = Literal["f", "m"]


@dataclass(frozen=True, slots=True)
class Span:
    """From a low to a high value, both possible."""

    low: float
    high: float


SHARES: Final = MappingProxyType({"roller": Span(0.3, 0.8), "stamp": Span(0.5, 0.9), "pen": Span(0.8, 1.0)})
"""Which share of its length a needle goes in, by the kind of device: working assumptions."""
THICKNESS_SOURCE: Final = "facial-ultrasound-2022"
"""Where the thickness of the skin comes from, in `sources.csv`."""
NOTEWORTHY_CHANCE: Final = 0.2
"""From this chance on, at the deep end of the range, it is said that the tip may reach below the dermis."""


@dataclass(frozen=True, slots=True)
class Skin:
    """Skin of one area and sex: means, and the spread of the dermis between people [mm]."""

    sex: Sex
    epidermis_mm: Mm
    dermis_mm: Mm
    dermis_sd_mm: Mm

    def chance_below(self, depth_mm: Mm) -> float:
        """The chance that a tip at this depth lies below the dermis.

        >>> forehead = Skin("f", 0.20, 0.86, 0.16)
        >>> round(forehead.chance_below(1.0), 2)
        0.35
        """
        if depth_mm <= self.epidermis_mm:
            return 0.0
        return _normal((depth_mm - self.epidermis_mm - self.dermis_mm) / self.dermis_sd_mm)


@dataclass(frozen=True, slots=True)
class Place:
    """The skin of an area, as far as it was measured; `note` says where, if not just there."""

    area: str
    skins: tuple[Skin, ...]
    note: str | None
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """Where the tip ends: the chance of each layer, over the range of depths and the skins asked for."""

    epidermis: Span
    dermis: Span
    below_dermis: Span


@dataclass(frozen=True, slots=True)
class Reach:
    """How deep one needle gets in one area.

    `layers` is None where the thickness of the skin is not known. `slot_mm` is the length of the slit which a
    rolling needle leaves, and `entry_deg` the angle at which it enters, from upright: both at most, as the skin gives
    way; None where nothing rolls.
    """

    kind: Kind
    needle_mm: Mm
    depth_mm: Span
    share: Span
    layers: Layers | None
    slot_mm: Mm | None
    entry_deg: Degrees | None

    @property
    def may_pass_dermis(self) -> bool | None:
        """Whether that is worth a word; None where the thickness of the skin is not known."""
        return None if self.layers is None else self.layers.below_dermis.high > NOTEWORTHY_CHANCE

    @property
    def sentence(self) -> str:
        """What can be said, in a sentence or two for staff."""
        said = f"The tip reaches about {self.depth_mm.low:.2g} to {self.depth_mm.high:.2g} mm, by assumption."
        if self.layers is None:
            return f"{said} How thick the skin is there is not known, so no layer can be named."
        below = self.layers.below_dermis
        if self.may_pass_dermis:
            return f"{said} It may reach below the dermis (chance {_percent(below.low)} to {_percent(below.high)})."
        if self.layers.epidermis.low == 1:
            return f"{said} It stays in the epidermis."
        return (
            f"{said} It is likely to end in the dermis or above (below it: {_percent(below.high)} at most)."
        )


def skin_of(area: str, sex: Sex | None = None) -> Place:
    """The skin of an area (`cheek-left`) or facial unit (`cheek`): of one sex, or of both where it is not known.

    No skins where the thickness is not known. Raises `tables.UnknownCodeError` with the nearest codes.

    >>> skin_of("cheek", "f").skins
    (Skin(sex='f', epidermis_mm=0.2, dermis_mm=0.87, dermis_sd_mm=0.35),)
    """
    areas = anatomy.areas()
    # The two sides of a unit have the same figures, so its first area speaks for it.
    found = next((one for one in areas if one.code == area), None) or next(
        (one for one in areas if one.unit == area), None
    )
    if found is None:
        raise UnknownCodeError("area", area, {name for one in areas for name in (one.code, one.unit)})
    sexes: tuple[Sex, ...] = ("f", "m") if sex is None else (sex,)
    measured = [(one, anatomy.thickness(found.code, one)) for one in sexes]
    skins = tuple(
        Skin(one, thick.epidermis_mm, thick.dermis_mm, thick.dermis_sd_mm) for one, thick in measured if thick
    )
    return Place(area, skins, found.note, (THICKNESS_SOURCE,) if skins else ())


def reached_mm(kind: Kind, needle_mm: Mm, tolerance_mm: Mm = 0.0) -> Span:
    """The range of depths [mm] that a needle of this length reaches, by the kind of device.

    `tolerance_mm` is by how much the needle may stand out further or less than set. Raises `devices.MeasureError`.

    >>> reached_mm("roller", 1.5)
    Span(low=0.45, high=1.2)
    """
    if not 0 < needle_mm <= 5:
        raise MeasureError(
            "needle_mm", f"The length of the needle is {needle_mm:g} mm: it must be above 0 and at most 5 mm."
        )
    share = SHARES[kind]
    return Span(
        round(max(0.0, needle_mm - tolerance_mm) * share.low, 6),
        round((needle_mm + tolerance_mm) * share.high, 6),
    )


def reach(device: Device, needle_mm: Mm, skins: tuple[Skin, ...] = ()) -> Reach:
    """How deep a device's needle gets, and into which layer.

    `skins` are those to be covered: one, or those of both sexes where the sex is not known; none where the thickness
    is not known. Raises `devices.MeasureError`, also above the length which the label allows.
    """
    device.check_length(needle_mm)
    depth = reached_mm(device.kind, needle_mm, device.depth_tolerance_mm or 0.0)
    rolls = device.kind == "roller" and device.drum_diameter_mm is not None
    radius = (device.drum_diameter_mm or 0.0) / 2
    return Reach(
        kind=device.kind,
        needle_mm=needle_mm,
        depth_mm=depth,
        share=SHARES[device.kind],
        layers=layers(depth, skins) if skins else None,
        slot_mm=slot_mm(drum_radius_mm=radius, needle_mm=needle_mm, depth_mm=depth.high) if rolls else None,
        entry_deg=entry_deg(drum_radius_mm=radius, needle_mm=needle_mm, depth_mm=depth.high)
        if rolls
        else None,
    )


def layers(depth_mm: Span, skins: tuple[Skin, ...]) -> Layers:
    """Where a tip ends that lies somewhere in a range of depths, over one or more skins.

    The epidermis is taken at its mean, as its spread is not published. Raises `ValueError` for no skin at all.
    """
    if not skins:
        raise ValueError("Give at least one skin.")
    shallow, deep = depth_mm.low, depth_mm.high
    below = [chance for skin in skins for chance in (skin.chance_below(shallow), skin.chance_below(deep))]
    above, within = [], []
    for skin in skins:
        stays, passes = shallow <= skin.epidermis_mm, deep > skin.epidermis_mm
        above += [0.0 if passes else 1.0, 1.0 if stays else 0.0]
        within += [1.0 - skin.chance_below(deep) if passes else 0.0]
        within += [0.0] if stays else [1.0 - skin.chance_below(shallow)]
        if stays and passes:
            # Just past the epidermis the chance of the dermis is greatest.
            within += [1.0 - skin.chance_below(math.nextafter(skin.epidermis_mm, math.inf))]
    return Layers(*(Span(min(chances), max(chances)) for chances in (above, within, below)))


def alert(reach: Reach, protocol_mm: Span | None) -> str | None:
    """A sentence when the needle lies outside what the protocol of the plan allows, None otherwise.

    Depth alone gives no alert: with 1.5 mm the chance of passing the dermis is high nearly everywhere, and an alert
    that always shows is read by nobody.
    """
    if protocol_mm is None or protocol_mm.low <= reach.needle_mm <= protocol_mm.high:
        return None
    side = "shorter" if reach.needle_mm < protocol_mm.low else "longer"
    tail = " The tip may reach below the dermis." if side == "longer" and reach.may_pass_dermis else ""
    return (
        f"A needle of {reach.needle_mm:g} mm is {side} than the protocol's "
        f"{protocol_mm.low:g} to {protocol_mm.high:g} mm.{tail}"
    )


def entry_deg(*, drum_radius_mm: Mm, needle_mm: Mm, depth_mm: Mm) -> Degrees:
    """The angle [°] from upright at which a rolling needle enters skin that does not give way.

    >>> round(entry_deg(drum_radius_mm=10, needle_mm=1.5, depth_mm=1.5))
    30
    """
    return math.degrees(_entry(drum_radius_mm, needle_mm, depth_mm)[0])


def slot_mm(*, drum_radius_mm: Mm, needle_mm: Mm, depth_mm: Mm) -> Mm:
    """The length [mm] of the slit which a rolling needle leaves in skin that does not give way: so at most.

    >>> round(slot_mm(drum_radius_mm=10, needle_mm=1, depth_mm=1), 3)
    0.571
    """
    angle, axle = _entry(drum_radius_mm, needle_mm, depth_mm)
    return 2 * axle * (math.tan(angle) - angle)


def _entry(drum_radius_mm: Mm, needle_mm: Mm, depth_mm: Mm) -> tuple[float, Mm]:
    """The entry angle [rad], and the height of the axle above the skin [mm]."""
    if not (math.isfinite(drum_radius_mm) and drum_radius_mm > 0):
        raise MeasureError(
            "drum_diameter_mm", f"The radius of the drum is {drum_radius_mm:g} mm: it must be above 0."
        )
    if not 0 <= depth_mm <= needle_mm:
        raise MeasureError(
            "depth_mm",
            f"The depth is {depth_mm:g} mm: it must lie between 0 and the length of the needle ({needle_mm:g} mm).",
        )
    axle = drum_radius_mm + needle_mm - depth_mm
    return math.acos(axle / (drum_radius_mm + needle_mm)), axle


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _percent(chance: float) -> str:
    if chance < 0.01:
        return "under 1 %"
    return "over 99 %" if chance > 0.99 else f"{round(100 * chance)} %"
