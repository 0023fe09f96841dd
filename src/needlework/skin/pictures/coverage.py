"""Coverage over passes: how much of the skin lies near a puncture, and from where on a pass adds little to that.

“Adds little” is a rule of the drawing and nothing else: the first pass after which one more brings less than one
hundredth of the skin within the distance. It says nothing about results: no trial has compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from needlework.skin.pictures.drawing import Picture, element, words
from needlework.skin.pictures.scales import Scale
from needlework.skin.punctures import formulas
from needlework.skin.units import Mm, PerCm2

NEAR_MM: Final[tuple[Mm, ...]] = (0.5, 0.25, 0.1, 0.05, 0.02)
"""Distances that may be drawn, the greatest first: 0.25 mm is the diameter of a roller's needle."""
CURVES: Final = 2
PASSES_SHOWN: Final = (30, 60, 100, 200, 1000, 1_000_000)
_LEFT, _TOP, _WIDE, _HIGH = 40.0, 24.0, 246.0, 170.0


@dataclass(frozen=True, slots=True)
class Series:
    """One device: its name, the density of one pass [1/cm²] and the passes that are planned or done.

    With a stamp the steps are presses on one lesion, and the density is that at its middle.
    """

    name: str
    per_pass: PerCm2
    passes: int
    step: Literal["pass", "press"] = "pass"

    @property
    def steps(self) -> str:
        """The steps in words."""
        return "passes" if self.step == "pass" else "presses"


def coverage_of(series: Sequence[Series], *, scale: Scale | None = None) -> Picture:
    """Curves of one device, or one curve each of two that are compared. Raises `PuncturesError`, `ValueError`."""
    if not 1 <= len(series) <= 2:
        raise ValueError("Give one device, or two to compare.")
    planned = max(one.passes for one in series)
    end = (scale or Scale()).passes or next(
        (shown for shown in PASSES_SHOWN if shown >= 1.2 * planned), PASSES_SHOWN[-1]
    )
    nears = nears_mm(series)
    steps = " or ".join(dict.fromkeys(one.steps for one in series))
    parts = _axes(end, steps, f"within {nears[0]:g} mm of" if len(series) > 1 else "near")
    said = []
    for place, one in enumerate(series):
        other = " other" if place else ""
        for near in nears if len(series) == 1 else nears[:1]:
            points = [
                (0, 0.0),
                *((step, formulas.coverage(one.per_pass, step, near)) for step in _stops(end)),
            ]
            line = "M" + "L".join(f"{_x(step, end):.1f} {_y(share):.1f}" for step, share in points)
            parts.append(element("path", cls=f"line{other}", d=line))
            if len(series) == 1:
                parts.append(words(_LEFT + _WIDE + 5, _y(points[-1][1]) + 4, f"{near:g} mm"))
        little = formulas.little_more_after(one.per_pass, nears[0])
        if little <= end:
            share = formulas.coverage(one.per_pass, little, nears[0])
            parts.append(element("circle", cls=f"mark{other}", cx=_x(little, end), cy=_y(share), r=4.5))
        if one.passes <= end:
            parts.append(
                element(
                    "path", cls=f"planned{other}", d=f"M{_x(one.passes, end):.1f} {_TOP:g}V{_TOP + _HIGH:g}"
                )
            )
        parts += _named(one, place)
        said.append(_said(one, nears, little))
    said.append(
        f"“Little” is a rule of this drawing: less than {100 * formulas.LITTLE:g} % of the skin more. It is no advice: "
        "no trial has compared numbers of passes."
    )
    return Picture(
        title=f"Skin near a puncture after 1 to {end} {steps}",
        sentence=" ".join(said),
        width=360,
        height=_TOP + _HIGH + 52 + 19 * len(series),
        body="".join(parts),
    )


def _named(one: Series, place: int) -> list[str]:
    """Below the axis: how the line of a device is drawn, and what the upright line stands for."""
    y, other = _TOP + _HIGH + 58 + 19 * place, " other" if place else ""
    name = one.name if len(one.name) <= 24 else f"{one.name[:23]}…"
    count = f"{one.passes} {one.step if one.passes == 1 else one.steps}"
    return [
        element("path", cls=f"line{other}", d=f"M{_LEFT:g} {y - 4:g}h26"),
        words(_LEFT + 32, y, f"{name}, upright: {count}"),
    ]


def nears_mm(series: Sequence[Series]) -> list[Mm]:
    """The distances for which the closed form holds for every device: below half the spacing of its punctures."""
    spacing_mm = min((formulas.MM2_PER_CM2 / one.per_pass) ** 0.5 for one in series)
    return [near for near in NEAR_MM if near < spacing_mm / 2][:CURVES] or [NEAR_MM[-1]]


def _said(one: Series, nears: Sequence[Mm], little: int) -> str:
    place = "" if one.step == "pass" else ", at the middle of a lesion"
    shares = ", ".join(
        f"{_percent(formulas.coverage(one.per_pass, one.passes, near))} of the skin lies within {near:g} mm of a puncture"
        if number == 0
        else f"{_percent(formulas.coverage(one.per_pass, one.passes, near))} within {near:g} mm"
        for number, near in enumerate(nears)
    )
    return (
        f"{one.name}, {one.passes} {one.step if one.passes == 1 else one.steps}{place}: {shares}. "
        f"From {little} {one.steps if little > 1 else one.step} on, one more adds little within {nears[0]:g} mm (ringed)."
    )


def _percent(share: float) -> str:
    return "over 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def _stops(end: int) -> list[int]:
    """At most about 100 places along the axis, the first passes all among them."""
    step = max(1, end // 80)
    return sorted({*range(1, min(end, 20) + 1), *range(step, end + 1, step), end})


def _axes(end: int, steps: str, named: str) -> list[str]:
    drawn = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        drawn.append(element("path", cls="rule", d=f"M{_LEFT:g} {_y(share):g}h{_WIDE:g}"))
        drawn.append(words(_LEFT - 6, _y(share) + 4, f"{100 * share:g}", cls="quiet", anchor="end"))
    drawn.append(words(0, _TOP - 10, f"% of the skin {named} a puncture", cls="quiet"))
    for at in (0, end // 3, 2 * end // 3, end):
        drawn.append(element("path", cls="axis", d=f"M{_x(at, end):.1f} {_TOP + _HIGH:g}v4"))
        drawn.append(words(_x(at, end), _TOP + _HIGH + 18, str(at), cls="quiet", anchor="middle"))
    drawn.append(element("path", cls="axis", d=f"M{_LEFT:g} {_TOP + _HIGH:g}h{_WIDE:g}"))
    drawn.append(words(_LEFT + _WIDE / 2, _TOP + _HIGH + 36, steps, cls="quiet", anchor="middle"))
    return drawn


def _x(step: float, end: int) -> float:
    return _LEFT + step / end * _WIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _HIGH
