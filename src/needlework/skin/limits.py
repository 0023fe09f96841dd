"""The ceilings of an anaesthetic: each with what is used of it, how hard it is, and who says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from needlework.skin.packs.rows import Anaesthetic, Condition
from needlework.skin.units import Cm2, Gram, Kg, Mg, Minutes, Percent, Years

ADULT_YEARS: Final = 18
LIDOCAINE_MAX_MG: Final = 300.0
LIDOCAINE_MAX_MG_PER_KG: Final = 4.5
LIGHT_KG: Final = 50.0
"""Below this weight half of the mass limit holds; a working assumption."""
OTC_LIDOCAINE_PERCENT: Final = 4.0

MASS_SOURCE: Final = ("topical-lidocaine-label",)
ASSUMED: Final = ("needlework-assumption",)


class DoseError(ValueError):
    """A figure that cannot be right. Names the field and the accepted range."""

    def __init__(self, field: str, wrong: str) -> None:
        super().__init__(f"{field}: {wrong}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Limit:
    """One ceiling and what is used of it. A hard one that is exceeded forbids the application.

    `code` is `grams`, `grams-24h`, `area`, `minutes`, `combined`, `lidocaine` or `age`.
    """

    code: str
    value: float
    unit: str
    used: float
    hard: bool
    because: str
    source: tuple[str, ...]

    @property
    def exceeded(self) -> bool:
        return (self.used < self.value) if self.code == "age" else self.used > self.value + 1e-9

    @property
    def headroom(self) -> float:
        """What is left, in the unit of the limit; negative when exceeded."""
        return (self.used - self.value) if self.code == "age" else self.value - self.used


def mass_mg(percent: Percent, grams: Gram) -> Mg:
    """How much of a substance is in so many grams of a product.

    >>> mass_mg(2.5, 60)
    1500.0
    """
    return 10 * percent * grams


def lidocaine_limit_mg(weight_kg: Kg, *, halved: bool = False) -> Mg:
    """The mass limit of lidocaine for a body weight: `min(300 mg, 4.5 mg/kg)`, or half of it.

    >>> lidocaine_limit_mg(60), lidocaine_limit_mg(90), lidocaine_limit_mg(60, halved=True)
    (270.0, 300.0, 135.0)
    """
    limit = min(LIDOCAINE_MAX_MG, LIDOCAINE_MAX_MG_PER_KG * weight_kg)
    return limit / 2 if halved else limit


def ceiling_g(row: Anaesthetic, clinic_max_g: Mapping[str, Gram]) -> Gram | None:
    """The ceiling of the licence or the clinic, whichever is lower [g]; None where neither sets one."""
    own = clinic_max_g.get(row.code)
    if own is not None and (not isfinite(own) or own <= 0):
        raise DoseError("clinic_max_g", f"{row.code}: {own:g} is no ceiling. Give grams above 0.")
    known = [ceiling for ceiling in (row.max_g, own) if ceiling is not None]
    return min(known, default=None)


def by_age(age: Years) -> list[Limit]:
    """The limit of age, where it is not reached."""
    because = "Children and young people are not treated."
    return [Limit("age", ADULT_YEARS, "years", age, True, because, ASSUMED)] if age < ADULT_YEARS else []


def by_grams(
    row: Anaesthetic,
    grams: Gram,
    earlier: Sequence[tuple[Anaesthetic, Gram]],
    ceiling: Gram | None,
    clinic_max_g: Mapping[str, Gram],
) -> list[Limit]:
    """The ceilings in grams: of one application, and of a day."""
    same = sum(g for each, g in earlier if each.code == row.code)
    limits: list[Limit] = []
    if ceiling is not None:
        own = row.code in clinic_max_g and ceiling == clinic_max_g[row.code]
        because = "The clinic's own ceiling." if own else "The ceiling of the licence for adults."
        used = grams if row.max_24h_g is not None else grams + same
        limits.append(Limit("grams", ceiling, "g", used, True, because, row.source))
    if row.max_24h_g is not None:
        because = "The ceiling of the licence in 24 hours."
        limits.append(Limit("grams-24h", row.max_24h_g, "g", grams + same, True, because, row.source))
    return limits


def by_area(row: Anaesthetic, area_cm2: Cm2) -> list[Limit]:
    """The largest area of the licence."""
    if row.max_cm2 is None:
        return []
    because = "The largest area of the licence."
    return [Limit("area", row.max_cm2, "cm2", area_cm2, True, because, row.source)]


def longest_minutes(
    row: Anaesthetic, about: Sequence[Condition]
) -> tuple[Minutes | None, str, tuple[str, ...]]:
    """The longest time on the skin for this person [min], why, and who says so."""
    longest, because, source = row.max_minutes, "The longest time of the licence.", row.source
    for condition in about:
        capped = condition.max_minutes
        if capped is not None and acts_on(condition, row) and (longest is None or capped < longest):
            longest, because, source = capped, condition.because, condition.source
    return longest, because, source


def by_time(row: Anaesthetic, minutes: Minutes, about: Sequence[Condition]) -> list[Limit]:
    """The longest time on the skin."""
    longest, because, source = longest_minutes(row, about)
    return [] if longest is None else [Limit("minutes", longest, "min", minutes, True, because, source)]


def combined(
    row: Anaesthetic,
    everything: Sequence[tuple[Anaesthetic, Gram]],
    ceilings: Mapping[str, Gram | None],
    weight_kg: Kg,
    halved: bool,
) -> list[Limit]:
    """Shares of each product's own ceiling add up to one whole at most; without a ceiling the mass limit stands in."""
    if len({each.code for each, _grams in everything}) < 2:
        return []
    share = 0.0
    for each, grams in everything:
        ceiling = each.max_24h_g or ceilings[each.code]
        if ceiling:
            share += grams / ceiling
        else:
            share += mass_mg(each.lidocaine_percent, grams) / lidocaine_limit_mg(weight_kg, halved=halved)
    because = "Several anaesthetics add up: the shares of their own ceilings together are at most one whole."
    return [Limit("combined", 1.0, "share", share, True, because, ("emla-precautions", *ASSUMED))]


def by_mass(mass: Mg, most: Mg, *, hard: bool, halved: bool) -> Limit:
    """The limit on the mass of lidocaine."""
    because = "All lidocaine that was applied, as if all of it were absorbed."
    if halved:
        because += " Half of the limit holds for this person."
    return Limit("lidocaine", most, "mg", mass, hard, because, (*MASS_SOURCE, *(ASSUMED if halved else ())))


NOT_GRAMS: Final = ("age", "area", "minutes")


def most_g(
    row: Anaesthetic, grams: Gram, limits: Sequence[Limit], ceiling: Gram | None, most: Mg
) -> Gram | None:
    """How many grams more or fewer each hard limit leaves; all of them are straight lines in grams."""
    whole, mass = row.max_24h_g or ceiling, mass_mg(row.lidocaine_percent, 1)
    per_gram = {
        "grams": 1.0,
        "grams-24h": 1.0,
        "lidocaine": mass,
        "combined": 1 / whole if whole else mass / most,
    }
    slopes = [(limit, per_gram.get(limit.code, 0.0)) for limit in limits if limit.hard]
    known = [grams + limit.headroom / slope for limit, slope in slopes if slope > 0]
    return max(0.0, min(known)) if known else None


def acts_on(condition: Condition, row: Anaesthetic) -> bool:
    """Whether a condition concerns a product."""
    return not {"all", *substances(row)}.isdisjoint(condition.acts_on)


def substances(row: Anaesthetic) -> frozenset[str]:
    """The substances, their classes and the listed excipients of a product."""
    amides = {"lidocaine": row.lidocaine_percent, "prilocaine": row.prilocaine_percent}
    esters = {"tetracaine": row.tetracaine_percent, "benzocaine": row.benzocaine_percent}
    held = {name for name, percent in (amides | esters).items() if percent > 0}
    classes = {"amide"} if held & amides.keys() else set()
    classes |= {"ester"} if held & esters.keys() else set()
    return frozenset(held | classes | set(row.contains))
