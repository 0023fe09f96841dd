"""What a row of a plan, or of a treatment, delivers: punctures per cm², how evenly, and what nobody knows of it.

The mean is the closed form; how far one treatment differs from the next, and one square centimetre from another, is
drawn with the hand of whoever treats. A density is a count and no measure of a result: no trial has compared
densities, so there is none to aim at.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Final, Literal, TypeAlias

from needlework.skin import anatomy, punctures
from needlework.skin.depth import Span
from needlework.skin.devices import Device, GeometryUnknownError, MeasureError
from needlework.skin.punctures import DEFAULT, STAR, Field, Hand, Head, PuncturesError, Zone, formulas, heads
from needlework.skin.punctures.samples import figure
from needlework.skin.units import Cm2, Degrees, Mm, PerCm2

Strokes: TypeAlias = tuple[tuple[int, int], ...]
"""Direction [°] and number of passes in it."""

AIM_SD_MM: Final[Mm] = 1.5
"""How far the aim of a stamp strays along each axis: a working assumption."""
PIECE_CM2: Final[Cm2] = 100.0
"""The piece that is drawn of an area whose size is not known."""
DRAWINGS: Final = 8
PATCH_MM: Final[Mm] = 60.0
SEED: Final = 1
_GRAIN_MM: Final = 5


@dataclass(frozen=True, slots=True)
class Delivery:
    """What some passes, or some presses on one lesion, deliver.

    `per_cm2` is the mean density [1/cm²], for a stamp at the middle of a lesion; `sd_per_cm2` how far it differs from
    one treatment to the next on 36 cm², `squares` between what densities nine of ten square centimetres lie. All are
    None where a figure is missing that nobody states: then `unknown` says which, in a sentence.
    """

    device: str
    step: Literal["pass", "press"]
    steps: int
    per_step: PerCm2 | None = None
    per_cm2: PerCm2 | None = None
    sd_per_cm2: PerCm2 | None = None
    squares: Span | None = None
    unknown: str = ""
    assumptions: tuple[str, ...] = ()

    @property
    def count(self) -> str:
        """ "15 passes", "1 press"."""
        return f"{self.steps} {self.step}{'' if self.steps == 1 else 'es'}"

    @property
    def short(self) -> str:
        """ "229 ± 5 per cm²", or “not known”."""
        if self.per_cm2 is None:
            return "not known"
        spread = "" if self.sd_per_cm2 is None else f" ± {self.sd_per_cm2:.0f}"
        return f"{self.per_cm2:.0f}{spread} per cm²"

    @property
    def sentence(self) -> str:
        """What can be said, in whole sentences."""
        if self.per_cm2 is None:
            return f"The density is not known. {self.unknown}"
        if self.step == "press":
            said = (
                f"{self.count} on one lesion make about {self.per_cm2:.0f} punctures per cm² at its middle."
            )
        else:
            said = f"{self.count} make {self.per_cm2:.0f} punctures per cm² on average"
            if self.sd_per_cm2 is not None and self.squares is not None:
                said += (
                    f", ± {self.sd_per_cm2:.0f} from one treatment to the next on 36 cm²; nine of ten square "
                    f"centimetres hold {self.squares.low:.0f} to {self.squares.high:.0f}"
                )
            said += "."
        return f"{said} Assumed: {'; '.join(self.assumptions)}." if self.assumptions else said


def of_row(
    device: Device, needle_mm: Mm, steps: int, *, strokes: Strokes = (), hand: Hand | None = None
) -> Delivery:
    """What a row delivers. `strokes` say how the passes lie; without them they follow the usual star.

    `hand` is that of whoever treats, if it was measured. Never raises for a device that is not known well enough.
    """
    try:
        if device.kind == "stamp":
            return _of_stamp(device, steps)
        return _of_head(device, needle_mm, steps, directions_of(strokes, steps), hand)
    except (GeometryUnknownError, PuncturesError, MeasureError) as wrong:
        return Delivery(device.name, _step(device), steps, unknown=str(wrong))


def _step(device: Device) -> Literal["pass", "press"]:
    return "press" if device.kind == "stamp" else "pass"


def _of_stamp(device: Device, presses: int) -> Delivery:
    head = heads.stamp_of_device(device)
    needles = len(head.needles_mm)
    one, all_ = (
        formulas.stamp_centre_density(needles, head.head_mm, count, AIM_SD_MM) for count in (1, presses)
    )
    return Delivery(
        device.name,
        "press",
        presses,
        per_step=one,
        per_cm2=all_,
        assumptions=(*heads.assumed(device), f"how far the aim strays ({AIM_SD_MM:g} mm)"),
    )


def _of_head(
    device: Device, needle_mm: Mm, passes: int, directions: tuple[Degrees, ...], hand: Hand | None
) -> Delivery:
    head = heads.of_device(device, needle_mm=needle_mm)
    spread, squares = _evenness(head, passes, directions, hand or DEFAULT)
    assumed = heads.assumed(device)
    return Delivery(
        device.name,
        "pass",
        passes,
        per_step=head.per_pass,
        per_cm2=formulas.density(head.per_pass, passes),
        sd_per_cm2=spread,
        squares=squares,
        assumptions=assumed if hand else (*assumed, "how far the hand strays (5°, 3 mm)"),
    )


@lru_cache(maxsize=1024)
def _evenness(
    head: Head, passes: int, directions: tuple[Degrees, ...], hand: Hand
) -> tuple[PerCm2, Span | None]:
    """The spread between treatments, and nine of ten square centimetres, from a few fields on 6 × 6 cm."""
    zone = punctures.rectangle(PATCH_MM, PATCH_MM)
    drawn = [
        punctures.simulate_grids(head, zone, passes, hand=hand, directions=directions, seed=SEED + i)
        for i in range(DRAWINGS)
    ]
    density = figure([one.density_per_cm2 for one in drawn])
    squares = [one.grids[10] for one in drawn]
    low, high = (figure([getattr(one, name) for one in squares]).mean for name in ("p5", "p95"))
    return (density.standard_error or 0.0) * math.sqrt(DRAWINGS), Span(low, high)


def directions_of(strokes: Strokes, passes: int) -> tuple[Degrees, ...]:
    """The direction of each pass in turn: the directions alternate, as far as there are passes in each.

    >>> directions_of(((0, 2), (90, 1)), 3)
    (0.0, 90.0, 0.0)
    >>> directions_of((), 6)
    (0.0, 90.0, 45.0, 135.0, 0.0, 90.0)
    """
    spread = strokes or evenly(passes)
    turns = zip_longest(*([float(direction)] * count for direction, count in spread))
    return tuple(direction for turn in turns for direction in turn if direction is not None)


def evenly(passes: int, directions: Sequence[Degrees] = STAR) -> Strokes:
    """Passes spread over the usual directions, the first ones taking what is left over.

    >>> evenly(15)
    ((0, 4), (90, 4), (45, 4), (135, 3))
    >>> evenly(2)
    ((0, 1), (90, 1))
    """
    each, more = divmod(passes, len(directions))
    spread = ((int(direction), each + (number < more)) for number, direction in enumerate(directions))
    return tuple((direction, count) for direction, count in spread if count)


def zone_of(area: str) -> Zone:
    """A rectangle about as large as an area, in steps of 5 mm; of 100 cm² where its size is not known.

    The sizes are assumptions to draw with. Raises `tables.UnknownCodeError`.

    >>> zone_of("cheek-left").area_cm2, zone_of("back").area_cm2
    (39.0, 100.0)
    """
    mm2 = 100 * (anatomy.surface_assumed([area]) or PIECE_CM2)
    width = max(20, _GRAIN_MM * round(math.sqrt(mm2) / _GRAIN_MM))
    return punctures.rectangle(width, max(20, _GRAIN_MM * round(mm2 / width / _GRAIN_MM)))


def field_of(
    device: Device,
    needle_mm: Mm,
    steps: int,
    area: str,
    *,
    strokes: Strokes = (),
    hand: Hand | None = None,
    lesions: Sequence[tuple[float, float, int]] = (),
    zone: Zone | None = None,
) -> Field:
    """One drawing of what a row delivers to an area, of the many there could be.

    `lesions` are where a stamp is pressed: from left and from top, each 0 to 1, and the presses; without any, one in
    the middle is taken. `zone` is the area's shape, where there is a better one than a rectangle. Raises `PuncturesError`, `devices.GeometryUnknownError`, `devices.MeasureError`,
    `tables.UnknownCodeError`.
    """
    zone = zone or zone_of(area)
    if device.kind == "stamp":
        spots = [spot for spot in lesions if spot[2]] or [(0.5, 0.5, steps)]
        aims = [at for x, y, count in spots for at in [spot_mm(zone, x, y)] * count]
        return punctures.press(heads.stamp_of_device(device), zone, aims, 1, sigma_mm=AIM_SD_MM, seed=SEED)
    return punctures.simulate(
        heads.of_device(device, needle_mm=needle_mm),
        zone,
        steps,
        hand=hand or DEFAULT,
        directions=directions_of(strokes, steps),
        seed=SEED,
    )


def spot_mm(zone: Zone, x: float, y: float) -> tuple[Mm, Mm]:
    """A place in the zone from its shares of the way from left and from top, kept off the very edge."""
    inside = 1e-6
    x, y = (min(max(share, inside), 1 - inside) for share in (x, y))
    return zone.left + x * zone.width_mm, zone.top - y * zone.height_mm
