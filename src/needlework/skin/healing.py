"""When the same skin may be needled again, and for how long the channels count as open.

The interval comes from the protocol and from what was recorded of the skin, not from a model: practice spans four days
to eight weeks, and no trial compared intervals.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from needlework.skin import packs, protocols
from needlework.skin.packs import Pack
from needlework.skin.units import Hours, Mm

DEFAULT_WEEKS: Final = 4.0
"""Where no source gives an interval [weeks]; a working assumption."""

AFTER_COMPLICATION_DAYS: Final = 28
"""From the day a complication was closed [d]; a working assumption."""


@dataclass(frozen=True, slots=True)
class SkinState:
    """What was recorded of the area since the last treatment.

    `redness`: has it gone? None when nobody has looked. `complication_closed_on` is the day on which a person declared
    it over.
    """

    redness: Literal["gone", "present"] | None = None
    complication: Literal["none", "open", "closed"] = "none"
    complication_closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class NextTreatment:
    """The first day on which the area may be needled again. None while it depends on the skin and not on a date."""

    on: date | None
    because: tuple[str, ...]
    interval_weeks: float
    source: tuple[str, ...]

    def allows(self, day: date) -> bool:
        """Whether the area may be needled on a day."""
        return self.on is not None and day >= self.on


@dataclass(frozen=True, slots=True)
class Closure:
    """For how long the channels count as open [h], as a range, since the measures disagree by more than ten times."""

    from_hours: Hours
    to_hours: Hours
    sentence: str
    source: tuple[str, ...]


def earliest_next(
    *,
    last_on: date,
    indication: str,
    area: str,
    skin_type: int | None = None,
    state: SkinState | None = None,
    pack: Pack | None = None,
) -> NextTreatment:
    """The first day on which an area may be needled again, with the reasons.

    Raises `UnknownCodeError`, `PlanError` for an impossible skin type.
    """
    pack = pack or packs.shipped()
    state = state or SkinState()
    weeks, source = interval_weeks(indication, area, skin_type=skin_type, pack=pack)
    on = last_on + timedelta(days=round(weeks * 7))
    because = [f"{weeks:g} weeks between treatments of the same skin."]
    if state.complication == "open":
        because.append(
            "A complication of this area is still open. It is closed by a person before the next treatment."
        )
        return NextTreatment(None, tuple(because), weeks, source)
    if state.redness == "present":
        because.append("The skin is still red. It is needled again when the redness has gone.")
        return NextTreatment(None, tuple(because), weeks, source)
    if state.complication == "closed":
        closed_on = state.complication_closed_on
        if closed_on is None:
            because.append("The day on which the complication was closed is not recorded. Record it first.")
            return NextTreatment(None, tuple(because), weeks, source)
        after = closed_on + timedelta(days=AFTER_COMPLICATION_DAYS)
        because.append(
            f"{AFTER_COMPLICATION_DAYS} days after a complication was closed ({closed_on}); a working assumption."
        )
        on = max(on, after)
        source = (*source, "needlework-assumption")
    if state.redness is None:
        because.append("Nobody has recorded yet that the redness has gone. Look before needling.")
    return NextTreatment(on, tuple(because), weeks, tuple(dict.fromkeys(source)))


def interval_weeks(
    indication: str, area: str, *, skin_type: int | None = None, pack: Pack | None = None
) -> tuple[float, tuple[str, ...]]:
    """The shortest interval of the protocol [weeks], and its sources; for dark skin its middle.

    Where the protocol has none, 4 weeks as a working assumption. Raises `UnknownCodeError`, `PlanError`.
    """
    pack = pack or packs.shipped()
    dark = protocols.is_dark(skin_type)
    packs.find(indication, pack.indications, "indication")
    try:
        row = protocols.protocols_for(indication, area, pack=pack)[0]
    except protocols.NoProtocolError:
        return DEFAULT_WEEKS, ("needlework-assumption",)
    low, high = row.interval_weeks_min, row.interval_weeks_max
    if low is None or high is None:
        return DEFAULT_WEEKS, ("needlework-assumption",)
    return (low + high) / 2 if dark else low, row.source


def closure(needle_mm: Mm, *, occluded: bool = False) -> Closure:
    """For how long channels of this length count as open. A house rule from measures that disagree, not a curve.

    Sources: Kalluri 2011 (rat: dye pores shut at 12 to 18 h, later when covered), PMC8259462 (half-life 20 to 26 h,
    closed at 58 to 63 h where covered), Sasaki 2019 (0.5 mm: water loss slightly raised through 48 h; 1.5 mm longer).
    """
    upper = 48.0 if needle_mm <= 0.5 else 72.0
    if occluded:
        upper += 48.0
    return Closure(
        from_hours=24.0,
        to_hours=upper,
        sentence=(
            f"The tiny holes close over hours to days. We keep everything but the care product off for 24 hours and "
            f"irritating products off for {upper:g} hours; that is a house rule, not a measured time."
        ),
        source=("kalluri-2011", "micropore-half-life", "sasaki-2019", "tewl-oct", "needlework-assumption"),
    )
