"""The rows of the protocol pack: one frozen dataclass per table, one field per column."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from needlework.skin.tables import CODE, Authority, Range, Shape

Region: TypeAlias = Literal["face", "scalp", "body"]
Sex: TypeAlias = Literal["f", "m"]
Status: TypeAlias = Literal["shipped default", "informs only", "needs sign-off"]
"""`shipped default` acts as written. `informs only` is never more than “take care”, unless a medical lead switches it
on. `needs sign-off` is no more than “take care” until the medical lead has signed the row."""
OverrideBy: TypeAlias = Literal["none", "prescriber", "medical-lead"]
Verdict: TypeAlias = Literal["refuse", "wait", "care"]
Scope: TypeAlias = Literal["treatment", "area", "anaesthetic"]
Code: TypeAlias = Annotated[str, CODE]
NeedleMm: TypeAlias = Annotated[float, Range(0, 5)]
ThicknessMm: TypeAlias = Annotated[float, Range(0.02, 8)]
StrengthPercent: TypeAlias = Annotated[float, Range(0, 40)]


@dataclass(frozen=True, slots=True)
class Area:
    """A facial unit or body area.

    Thickness is the mean of ultrasound in living adults [mm], by sex; where it is not known the cell is empty. The area
    of a unit is a rough share of a face of 200 cm² and an assumption: it never stands in for a measured one.
    """

    code: Code
    name: str
    name_patient: str
    region: Region
    side: Literal["left", "right", "middle"]
    unit: Code
    inside_orbital_rim: bool
    epidermis_mm_f: ThicknessMm | None
    epidermis_mm_m: ThicknessMm | None
    dermis_mm_f: ThicknessMm | None
    dermis_mm_m: ThicknessMm | None
    dermis_sd_mm_f: ThicknessMm | None
    dermis_sd_mm_m: ThicknessMm | None
    surface_assumed_cm2: Annotated[float, Range(1, 2000)] | None
    lay_chart_needle_mm_max: NeedleMm | None
    note: str | None
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on needle length which holds whatever is treated.

    Without `needle_mm_above` the limit comes from elsewhere: the device's label, or the protocol of the indication.
    """

    code: Code
    regions: tuple[Region, ...]
    needle_mm_above: NeedleMm | None
    verdict: Verdict
    override_by: OverrideBy
    authority: Authority
    status: Status
    because: str
    because_patient: str
    change: str
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indication:
    """Something that is treated, and what may honestly be expected of it."""

    code: Code
    name: str
    name_patient: str
    regions: tuple[Region, ...]
    units: tuple[str, ...]
    grade: Literal["low", "very low", "none"]
    expectation: str
    expectation_staff: str
    first_check_weeks: Annotated[int, Range(1, 52)]
    reliable_check_months: Annotated[int, Range(1, 24)]
    scales: tuple[str, ...]
    authority: Authority
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """What is proposed for an indication in a region. An empty range means that no source gives one."""

    code: Code
    indication: Code
    regions: tuple[Region, ...]
    target: str
    rank: Annotated[int, Range(1, 9)]
    device_kinds: tuple[Literal["roller", "stamp", "pen"], ...]
    needle_mm_min: NeedleMm | None
    needle_mm_max: NeedleMm | None
    passes_min: Annotated[int, Range(1, 60)] | None
    passes_max: Annotated[int, Range(1, 60)] | None
    density_per_cm2_max: Annotated[float, Range(10, 2000)] | None
    endpoint: str
    treatments_min: Annotated[int, Range(1, 24)] | None
    treatments_max: Annotated[int, Range(1, 24)] | None
    interval_weeks_min: Annotated[float, Range(1, 52)] | None
    interval_weeks_max: Annotated[float, Range(1, 52)] | None
    preparation: str
    goes_with: tuple[str, ...]
    thin_evidence: bool
    note: str
    authority: Authority
    override_by: OverrideBy
    status: Status
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topical:
    """A product that goes with needling, and whether it may lie on the skin while the needles work."""

    code: Code
    name: str
    under_needles: Literal["yes", "prescriber", "no"]
    wait_after_hours: Annotated[float, Range(0, 720)] | None
    because: str
    because_patient: str
    override_by: OverrideBy
    authority: Authority
    status: Status
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the history. It is shown when each condition of `shown_when` holds, or when there is none.

    A condition reads `isotretinoin=yes` (an answer given elsewhere) or `region=face|neck` (an area is asked about).
    """

    code: Code
    group: Code
    type: Literal["yes_no", "number", "choice", "practitioner"]
    choices: tuple[str, ...]
    number_min: Annotated[int, Range(0, 1000)] | None
    number_max: Annotated[int, Range(0, 1000)] | None
    wants: tuple[Literal["date", "text", "areas"], ...]
    shown_when: tuple[str, ...]
    text_patient: str
    text_staff: str
    help_patient: str | None
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What an answer means.

    `when` is the answer that sets it off: `yes`; `within` (yes, and the date is less than `days` ago, or not given);
    `below` (a number less than `number`); `choice` (one of `choices`).
    """

    code: Code
    question: Code
    scope: Scope
    when: Literal["yes", "within", "below", "choice"]
    days: Annotated[int, Range(1, 3650)] | None
    number: Annotated[int, Range(0, 1000)] | None
    choices: tuple[str, ...]
    verdict: Verdict
    override_by: OverrideBy
    condition: str | None
    jurisdictions: tuple[Literal["any", "gb", "us", "eu"], ...]
    authority: Authority
    status: Status
    because: str
    because_patient: str
    change: str
    conflict_group: str | None
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anaesthetic:
    """A numbing product and the limits of its licence for adults on intact skin.

    Grams are of the product, strengths in grams per 100 g, times from putting it on to taking it off [min].
    """

    code: Code
    name: str
    licence: Literal["licensed", "over-the-counter", "unlicensed"]
    lidocaine_percent: StrengthPercent
    prilocaine_percent: StrengthPercent
    tetracaine_percent: StrengthPercent
    benzocaine_percent: StrengthPercent
    strength_varies: bool
    max_g: Annotated[float, Range(0, 200)] | None
    max_24h_g: Annotated[float, Range(0, 200)] | None
    clinic_sets_max: bool
    max_cm2: Annotated[float, Range(0, 2000)] | None
    min_minutes: Annotated[float, Range(0, 600)] | None
    max_minutes: Annotated[float, Range(0, 600)] | None
    onset_minutes: Annotated[float, Range(0, 600)] | None
    usual_g_per_10_cm2: Annotated[float, Range(0, 10)] | None
    occlusion: Literal["yes", "no", "optional"]
    contains: tuple[str, ...]
    removal: str
    note: str
    override_by: OverrideBy
    authority: Authority
    status: Status
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something about the person that changes which anaesthetic, or how much of it.

    `acts_on` names substances or classes (`amide`, `ester`, `parabens`, `prilocaine`, …) or `all`.
    """

    code: Code
    name: str
    effect: Literal["blocks", "halves", "caps minutes", "warns"]
    acts_on: tuple[str, ...]
    max_minutes: Annotated[float, Range(1, 600)] | None
    override_by: OverrideBy
    because: str
    because_patient: str
    authority: Authority
    status: Status
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A way to score. `anchors` reads `1: what it means`; without a range the scale takes no number yet."""

    code: Code
    name: str
    measures: str
    indications: tuple[str, ...]
    rater: Literal["clinician", "patient", "either"]
    score_min_points: Annotated[float, Range(-100, 1000)]
    score_max_points: Annotated[float, Range(-100, 1000)]
    step_points: Annotated[float, Range(0.1, 100)]
    direction: Literal["higher is worse", "higher is better", "no direction"]
    anchors: tuple[str, ...]
    detectable_change_points: Annotated[float, Range(0, 100)] | None
    detectable_basis: str | None
    when: str
    terms: str
    authority: Authority
    status: Status
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aftercare:
    """Advice for a window of time after the treatment ended, for needles longer than `needle_mm_over` up to `_to`."""

    code: Code
    topic: str
    kind: Literal["expect", "do", "avoid"]
    regions: tuple[Region, ...]
    needle_mm_over: NeedleMm
    needle_mm_to: NeedleMm
    from_hours: Annotated[float, Range(0, 8760)]
    to_hours: Annotated[float, Range(0, 8760)]
    advice_patient: str
    because: str
    authority: Authority
    status: Status
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckinQuestion:
    """What a patient is asked after a treatment."""

    code: Code
    type: Literal["yes_no", "number", "choice"]
    choices: tuple[str, ...]
    number_min: Annotated[int, Range(0, 1000)] | None
    number_max: Annotated[int, Range(0, 1000)] | None
    from_hours: Annotated[float, Range(0, 8760)]
    to_hours: Annotated[float, Range(0, 8760)]
    text_patient: str
    text_staff: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RedFlag:
    """What an answer of a check-in means, in a window of time after the treatment.

    `answer` is `yes`, a choice, or `at least 7` for a number.
    """

    code: Code
    question: Code
    answer: str
    from_hours: Annotated[float, Range(0, 26280)]
    to_hours: Annotated[float, Range(0, 26280)]
    level: Literal["self-care", "call-clinic", "same-day", "emergency"]
    advice_patient: str
    advice_staff: str
    may_be: str
    record: str
    authority: Authority
    status: Status
    research: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What one version of the pack brought."""

    version: str
    released_on: date
    content: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another source says where sources differ, kept readable beside the row that ships.

    `code` is the id of the research row. `rules` are the rules, bounds, conditions, products or windows of aftercare which speak of the same; none where
    the statement was left out of the pack, and `why` says for what reason.
    """

    code: Annotated[str, Shape(r"[A-Z]{2}\d{3}", "an id like CI003")]
    rules: tuple[str, ...]
    says: str
    days: Annotated[int, Range(0, 3650)] | None
    why: str
    authority: Authority
    source: tuple[str, ...]
