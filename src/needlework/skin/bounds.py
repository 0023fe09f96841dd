"""Between which needle lengths a plan for an area may lie: what the protocol, the label and the law of the pack say."""

from dataclasses import dataclass

from needlework.skin import anatomy, devices, packs, protocols
from needlework.skin.packs import Pack
from needlework.skin.units import Mm


@dataclass(frozen=True, slots=True)
class NeedleBounds:
    """Spans and ceilings of the needle length [mm]; None where no source says one.

    `protocol` is the span described for the concern, `label` the lengths the device is made for. Above `care_above`
    a plan wants a reason, above `refuse_above` it is refused.
    """

    protocol: tuple[Mm, Mm] | None
    label: tuple[Mm, Mm] | None
    care_above: Mm | None
    refuse_above: Mm | None


def of_plan(area: str, device: str, indication: str, pack: Pack | None = None) -> NeedleBounds:
    """The bounds for one row of a plan. Raises `UnknownCodeError` with the nearest codes.

    >>> bounds = of_plan("cheek-left", "dermaroller-mf-8", "atrophic-acne-scars")
    >>> bounds.protocol, bounds.label, bounds.care_above, bounds.refuse_above
    ((0.5, 1.5), (1.5, 1.5), 1.5, 3.0)
    """
    pack = pack or packs.shipped()
    place, tool = anatomy.get(area, pack), devices.get(device)
    ceilings = {
        verdict: min(
            (
                bound.needle_mm_above
                for bound in pack.bounds.values()
                if bound.verdict == verdict
                and bound.needle_mm_above is not None
                and place.region in bound.regions
            ),
            default=None,
        )
        for verdict in ("care", "refuse")
    }
    return NeedleBounds(
        _described(area, indication, tool.kind, pack), _labelled(tool), ceilings["care"], ceilings["refuse"]
    )


def _described(area: str, indication: str, kind: devices.Kind, pack: Pack) -> tuple[Mm, Mm] | None:
    try:
        rows = protocols.protocols_for(indication, area, pack=pack)
    except protocols.NoProtocolError:
        return None
    row = next((each for each in rows if kind in each.device_kinds), rows[0])
    if row.needle_mm_min is None or row.needle_mm_max is None:
        return None
    return row.needle_mm_min, row.needle_mm_max


def _labelled(tool: devices.Device) -> tuple[Mm, Mm] | None:
    if tool.needle_mm_max is None:
        return None
    shortest = tool.needle_mm_max if tool.needle_mm_min is None else tool.needle_mm_min
    return shortest, tool.needle_mm_max
