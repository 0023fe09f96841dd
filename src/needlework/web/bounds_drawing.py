"""The bounds of a needle length as a small drawing: a scale in millimetres with spans, ceilings and the planned length."""

from __future__ import annotations

from dataclasses import dataclass

from needlework.skin.bounds import NeedleBounds

WIDTH, LONGEST_MM = 340.0, 3.5
LEFT = 10.0


@dataclass(frozen=True, slots=True)
class Span:
    """A bar on the scale, in the units of the drawing."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the template draws, and the same in one sentence."""

    ticks: list[tuple[float, str]]
    protocol: Span | None
    label: Span | None
    care_x: float | None
    refuse_x: float | None
    planned_x: float
    planned: str
    sentence: str


def draw(bounds: NeedleBounds, needle_mm: float) -> Drawing:
    """The drawing for a planned length [mm]; what lies beyond the scale stands at its end."""
    said = [f"Planned {needle_mm:g} mm."]
    if bounds.protocol:
        said.append(f"The protocol describes {_mm(bounds.protocol)}.")
    if bounds.label:
        said.append(f"The device is made for {_mm(bounds.label)}.")
    if bounds.care_above is not None:
        said.append(f"Above {bounds.care_above:g} mm a reason is wanted.")
    if bounds.refuse_above is not None:
        said.append(f"Above {bounds.refuse_above:g} mm it is refused.")
    return Drawing(
        ticks=[(_x(mm), f"{mm:g}") for mm in (0, 0.5, 1, 1.5, 2, 2.5, 3)],
        protocol=_span(bounds.protocol),
        label=_span(bounds.label),
        care_x=None if bounds.care_above is None else _x(bounds.care_above),
        refuse_x=None if bounds.refuse_above is None else _x(bounds.refuse_above),
        planned_x=_x(needle_mm),
        planned=f"{needle_mm:g} mm",
        sentence=" ".join(said),
    )


def _x(mm: float) -> float:
    return round(LEFT + min(mm, LONGEST_MM) / LONGEST_MM * WIDTH, 1)


def _span(span: tuple[float, float] | None) -> Span | None:
    if span is None:
        return None
    return Span(_x(span[0]), max(3.0, round(_x(span[1]) - _x(span[0]), 1)))


def _mm(span: tuple[float, float]) -> str:
    low, high = span
    return f"{low:g} mm" if low == high else f"{low:g} to {high:g} mm"
