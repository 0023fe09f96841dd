"""Topical anaesthetic for adults: what the licence allows, what is used of it, and what is left.

Masses follow from grams of product and strength: `mg = 10 × percent × grams`. The mass limit counts everything that was
applied as absorbed, `min(300 mg, 4.5 mg/kg)` of lidocaine (label of topical lidocaine): deliberately too strict, hard
for unlicensed products and on needled skin, a figure to look at for licensed use on intact skin. It is never a plasma
level, and staying under it is not called safe.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

from needlework.skin import limits, packs
from needlework.skin.limits import (
    ASSUMED,
    MASS_SOURCE,
    OTC_LIDOCAINE_PERCENT,
    DoseError,
    Limit,
    lidocaine_limit_mg,
    mass_mg,
    substances,
)
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Anaesthetic, Condition
from needlework.skin.units import Cm2, Gram, Kg, Mg, Minutes, Years

__all__ = [
    "ASSUMED",
    "MASS_SOURCE",
    "OTC_LIDOCAINE_PERCENT",
    "Dose",
    "DoseError",
    "Limit",
    "conditions",
    "dose",
    "dose_json",
    "lidocaine_limit_mg",
    "mass_mg",
    "product",
    "products",
    "substances",
]


@dataclass(frozen=True, slots=True)
class Dose:
    """Whether a product may be applied so, and why not. `refusals` and `warnings` are whole sentences.

    `most_g` is the most of this product that no hard limit forbids today [g]: None where something else than the amount
    stands against it, or where nothing limits it.
    """

    pack: str
    product: str
    grams: Gram
    allowed: bool
    limits: tuple[Limit, ...]
    refusals: tuple[str, ...]
    warnings: tuple[str, ...]
    onset_minutes: Minutes | None
    latest_removal_minutes: Minutes | None
    removal: str
    most_g: Gram | None
    lidocaine_mg: Mg
    lidocaine_max_mg: Mg
    source: tuple[str, ...]

    def limit(self, code: str) -> Limit | None:
        """The limit of this code, if the product has one."""
        return next((limit for limit in self.limits if limit.code == code), None)


def products(pack: Pack | None = None) -> tuple[Anaesthetic, ...]:
    """Every product, licensed ones first."""
    return tuple((pack or packs.shipped()).anaesthetics.values())


def product(code: str, pack: Pack | None = None) -> Anaesthetic:
    """One product. Raises `UnknownCodeError` with the nearest codes."""
    return packs.find(code, (pack or packs.shipped()).anaesthetics, "anaesthetic")


def conditions(pack: Pack | None = None) -> tuple[Condition, ...]:
    """Everything about a person that changes a dose."""
    return tuple((pack or packs.shipped()).conditions.values())


def dose(
    product: str,
    grams: Gram,
    *,
    area_cm2: Cm2,
    minutes: Minutes,
    weight_kg: Kg,
    age: Years,
    already: Sequence[tuple[str, Gram]] = (),
    conditions: Collection[str] = (),
    occluded: bool | None = None,
    needled: bool = False,
    prescriber_order: bool = False,
    clinic_max_g: Mapping[str, Gram] = MappingProxyType({}),
    area_assumed: bool = False,
    pack: Pack | None = None,
) -> Dose:
    """Whether so much of a product may go on so much skin of this adult for so long, and what is left.

    `already` lists what was applied in the last 24 hours, the same product or others: it adds up. `conditions` are codes
    of the conditions table, as `Screening.conditions` gives them. `clinic_max_g` holds the ceilings which the medical
    lead has entered for products whose licence has none, besides those of the pack; they can only lower one that
    exists. `needled` says that the
    needles have already touched the skin. `area_assumed` marks an area that was estimated and not measured.

    Raises `UnknownCodeError` for a strange product or condition, `DoseError` for a figure that cannot be right.
    """
    pack = pack or packs.shipped()
    clinic_max_g = {**pack.max_g, **clinic_max_g}
    row = packs.find(product, pack.anaesthetics, "anaesthetic")
    _check_figures(grams, area_cm2, minutes, weight_kg, age)
    earlier = [(packs.find(code, pack.anaesthetics, "anaesthetic"), _earlier(code, g)) for code, g in already]
    about = [packs.find(code, pack.conditions, "condition") for code in dict.fromkeys(conditions)]
    if needled and "broken-skin" not in conditions:
        about.append(pack.conditions["broken-skin"])
    everything = [(row, grams), *earlier]
    hurt = any(condition.code == "broken-skin" for condition in about)
    halved = weight_kg < limits.LIGHT_KG or any(
        condition.effect == "halves" or condition.code == "liver-disease" for condition in about
    )
    ceilings = {each.code: limits.ceiling_g(each, clinic_max_g) for each, _grams in everything}

    refusals, warnings = _refusals(row, about, prescriber_order, ceilings[row.code])
    found = [
        *limits.by_age(age),
        *limits.by_grams(row, grams, earlier, ceilings[row.code], clinic_max_g),
        *limits.by_area(row, area_cm2),
        *limits.by_time(row, minutes, about),
        *limits.combined(row, everything, ceilings, weight_kg, halved),
    ]
    mass = sum(mass_mg(each.lidocaine_percent, g) for each, g in everything)
    most = lidocaine_limit_mg(weight_kg, halved=halved)
    strict = hurt or any(each.licence != "licensed" for each, _grams in everything)
    if mass > 0:
        found.append(limits.by_mass(mass, most, hard=strict, halved=halved))
    impossible = bool(refusals) or any(limit.exceeded for limit in found if limit.code in limits.NOT_GRAMS)
    # Lidocaine already past its hard limit is not mended by less of a product that holds none.
    impossible = impossible or (
        row.lidocaine_percent == 0
        and any(limit.code == "lidocaine" and limit.hard and limit.exceeded for limit in found)
    )
    refusals += [_sentence(limit, row) for limit in found if limit.hard and limit.exceeded]
    warnings += _warnings(row, grams, area_cm2, minutes, occluded, area_assumed)
    return Dose(
        pack=pack.id,
        product=row.code,
        grams=grams,
        allowed=not refusals,
        limits=tuple(found),
        refusals=tuple(dict.fromkeys(refusals)),
        warnings=tuple(dict.fromkeys(warnings)),
        onset_minutes=row.onset_minutes,
        latest_removal_minutes=limits.longest_minutes(row, about)[0],
        removal=row.removal,
        most_g=None if impossible else limits.most_g(row, grams, found, ceilings[row.code], most),
        lidocaine_mg=mass,
        lidocaine_max_mg=most,
        source=row.source,
    )


# --- what can be right ---

_RANGES: Final[Mapping[str, tuple[float, float, str]]] = MappingProxyType(
    {
        "grams": (0.1, 200, "Give grams of the product (1000 mg are 1 g)."),
        "area_cm2": (1, 20000, "Give square centimetres (a face is about 200)."),
        "minutes": (1, 600, "Give minutes from putting it on to taking it off."),
        "weight_kg": (30, 350, "Give kilograms (1 stone is 6.35 kg, 1 pound is 0.454 kg)."),
        "age": (0, 120, "Give full years."),
    }
)


def _check_figures(grams: Gram, area_cm2: Cm2, minutes: Minutes, weight_kg: Kg, age: Years) -> None:
    given = {"grams": grams, "area_cm2": area_cm2, "minutes": minutes, "weight_kg": weight_kg, "age": age}
    for field, value in given.items():
        low, high, hint = _RANGES[field]
        if not isfinite(value) or not low <= value <= high:
            raise DoseError(field, f"{value:g} is outside {low:g} to {high:g}. {hint}")


def _earlier(code: str, grams: Gram) -> Gram:
    low, high, hint = _RANGES["grams"]
    if not isfinite(grams) or not low <= grams <= high:
        raise DoseError("already", f"{code}: {grams:g} is outside {low:g} to {high:g}. {hint}")
    return grams


# --- what stands against a product as such ---


def _refusals(
    row: Anaesthetic, about: Sequence[Condition], prescriber_order: bool, ceiling: Gram | None
) -> tuple[list[str], list[str]]:
    refusals: list[str] = []
    warnings: list[str] = []
    if row.licence == "over-the-counter" and row.lidocaine_percent > OTC_LIDOCAINE_PERCENT:
        refusals.append(
            f"{row.name}: products above {OTC_LIDOCAINE_PERCENT:g} % lidocaine without a licence are not used. "
            "Choose a licensed product."
        )
    elif row.clinic_sets_max and ceiling is None:
        refusals.append(
            f"{row.name}: the licence sets no maximum in grams. The medical lead enters the clinic's own first."
        )
    if row.licence == "unlicensed" and not prescriber_order:
        refusals.append(f"{row.name} is unlicensed. It needs a prescriber's order.")
    for condition in about:
        if not limits.acts_on(condition, row) or condition.effect == "caps minutes":
            continue
        said = f"{condition.name}: {condition.because}"
        ordered = condition.override_by == "prescriber" and prescriber_order
        (refusals if condition.effect == "blocks" and not ordered else warnings).append(said)
    return refusals, warnings


def _warnings(
    row: Anaesthetic,
    grams: Gram,
    area_cm2: Cm2,
    minutes: Minutes,
    occluded: bool | None,
    area_assumed: bool,
) -> list[str]:
    said: list[str] = []
    if row.min_minutes is not None and minutes < row.min_minutes:
        said.append(f"{minutes:g} minutes are too short: {row.name} needs at least {row.min_minutes:g}.")
    if row.usual_g_per_10_cm2 is not None:
        rate = grams / area_cm2 * 10
        if rate > 1.25 * row.usual_g_per_10_cm2:
            said.append(
                f"{rate:.1f} g on 10 cm² is more than the usual {row.usual_g_per_10_cm2:g} g. "
                "Check grams and area."
            )
    if occluded and row.occlusion == "no":
        said.append(f"{row.name} is not covered: covering raises absorption.")
    if area_assumed:
        said.append(f"The area ({area_cm2:g} cm²) is an estimate. Measure it, or draw it.")
    if row.strength_varies:
        said.append("The strength differs between labels; the figures here stand for a common one.")
    return said


def _sentence(limit: Limit, row: Anaesthetic) -> str:
    unit = {"cm2": "cm²", "min": "minutes", "share": "of one whole"}.get(limit.unit, limit.unit)
    if limit.code == "age":
        return f"{limit.used:g} years old. Adults from {limit.value:g} only. {limit.because}"
    what = {
        "grams": row.name,
        "grams-24h": f"{row.name} in 24 hours",
        "area": "Area",
        "minutes": "Time on the skin",
        "combined": "All anaesthetics together",
        "lidocaine": "Lidocaine applied",
    }[limit.code]
    return f"{what}: {limit.used:.4g} {unit} of at most {limit.value:.4g}. {limit.because}"


def dose_json(result: Dose) -> dict[str, Any]:
    """The dose as one JSON object."""
    return {
        "pack": result.pack,
        "allowed": result.allowed,
        "limits": [
            {
                "limit": limit.code,
                "value": limit.value,
                "unit": limit.unit,
                "used": limit.used,
                "hard": limit.hard,
                "source": list(limit.source),
            }
            for limit in result.limits
        ],
        "refusals": list(result.refusals),
        "warnings": list(result.warnings),
        "onset_minutes": result.onset_minutes,
        "latest_removal_minutes": result.latest_removal_minutes,
        "removal": result.removal,
        "most_g": result.most_g,
    }
