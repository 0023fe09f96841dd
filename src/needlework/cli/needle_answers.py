"""What the commands about needles print: JSON objects, and lines for people."""

from typing import Any, Literal

from needlework.skin import depth as depths
from needlework.skin.punctures import Figure, Head, Sample


def as_object(drawn: Sample) -> dict[str, Any]:
    """A sample as it goes into JSON: figures, and their standard errors apart."""
    plain: dict[str, Figure | None] = {
        "n": drawn.n,
        "density_per_cm2": drawn.density_per_cm2,
        "cv_5mm": drawn.cv_5mm,
        "cv_10mm": drawn.cv_10mm,
        "cv_20mm": drawn.cv_20mm,
        "fano_1mm": drawn.fano_1mm,
        "share_5mm_below_80pct": drawn.share_5mm_below_80pct,
    }
    near: dict[str, dict[float, Figure]] = {
        "coverage": drawn.coverage,
        "rehit_last_pass": drawn.rehit_last_pass,
    }
    answer: dict[str, Any] = {name: None if one is None else short(one.mean) for name, one in plain.items()}
    answer |= {name: {str(at): short(one.mean) for at, one in group.items()} for name, group in near.items()}
    errors: dict[str, Any] = {name: error_of(one) for name, one in plain.items()}
    errors |= {name: {str(at): error_of(one) for at, one in group.items()} for name, group in near.items()}
    if drawn.seeds == 1:
        answer["n"] = int(drawn.n.mean)
    return answer | {
        "density_closed_form_per_cm2": short(drawn.density_closed_form_per_cm2),
        "seed": drawn.seed,
        "seeds": drawn.seeds,
        "standard_error": errors if drawn.seeds > 1 else None,
    }


def as_lines(drawn: Sample, head: Head, passes: int) -> list[str]:
    """A sample in words, one figure per line."""
    facts: list[tuple[str, str]] = [
        (f"{head.name}, {passes} {'pass' if passes == 1 else 'passes'}", f"{plus(drawn.n, 0)} punctures"),
        (
            "Density",
            f"{plus(drawn.density_per_cm2, 1)} per cm² (by the formula {drawn.density_closed_form_per_cm2:.1f})",
        ),
    ]
    for cell, one in ((5, drawn.cv_5mm), (10, drawn.cv_10mm), (20, drawn.cv_20mm)):
        said = "no room for such a cell" if one is None else plus(one, 3)
        facts.append((f"Unevenness at {cell} mm", said))
    if drawn.share_5mm_below_80pct is not None:
        facts.append(("5 mm cells below 80 % of plan", percent(drawn.share_5mm_below_80pct)))
    facts += [(f"Skin within {at:g} mm of a puncture", percent(one)) for at, one in drawn.coverage.items()]
    facts += [
        (f"Last pass within {at:g} mm of an earlier one", percent(one))
        for at, one in drawn.rehit_last_pass.items()
    ]
    seeds = (
        f"Seed {drawn.seed}" if drawn.seeds == 1 else f"Seeds {drawn.seed} to {drawn.seed + drawn.seeds - 1}"
    )
    tail = "" if drawn.seeds == 1 else "; each figure is a mean ± its standard error"
    return [f"{name + ':':<45}{said}" for name, said in facts] + [f"{seeds}{tail}."]


def assumed_line(rests_on: list[str]) -> list[str]:
    """What an answer rests on that no source states: one line, or none."""
    return [f"Assumed: {'; '.join(rests_on)}."] if rests_on else []


def depth_object(
    found: depths.Reach, device: str, place: depths.Place, sex: Literal["f", "m"] | None
) -> dict[str, Any]:
    """How deep a needle gets, as it goes into JSON."""

    def span(one: depths.Span) -> dict[str, float]:
        return {"low": short(one.low), "high": short(one.high)}

    parts = found.layers
    return {
        "device": device,
        "kind": found.kind,
        "needle_mm": found.needle_mm,
        "area": place.area,
        "sex": sex,
        "depth_mm": span(found.depth_mm),
        "share_of_length": span(found.share) | {"assumed": True},
        "layers": parts
        and {
            "epidermis": span(parts.epidermis),
            "dermis": span(parts.dermis),
            "below_dermis": span(parts.below_dermis),
        },
        "may_pass_dermis": found.may_pass_dermis,
        "slot_at_most_mm": None if found.slot_mm is None else short(found.slot_mm),
        "entry_at_most_deg": None if found.entry_deg is None else short(found.entry_deg),
        "because": found.sentence,
        "note": place.note,
        "source": list(place.source),
    }


def short(value: float) -> float:
    """Six digits: more than any of this is good for."""
    return float(f"{value:.6g}")


def error_of(one: Figure | None) -> float | None:
    return None if one is None or one.standard_error is None else short(one.standard_error)


def plus(one: Figure, digits: int) -> str:
    said = f"{one.mean:.{digits}f}"
    return said if one.standard_error is None else f"{said} ± {one.standard_error:.2g}"


def percent(one: Figure) -> str:
    """A share with its standard error; what rounds to all, but is not, says so."""
    if 0.9995 <= one.mean < 1:
        return "over 99.9 %"
    said = f"{100 * one.mean:.1f} %"
    return said if one.standard_error is None else f"{said} ± {100 * one.standard_error:.2g}"
