"""What a course and its plan must hold to: the bounds of area, device and protocol, and the patient's own answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from needlework.clinic.errors import (
    AnaestheticBarred,
    BadInput,
    ClinicError,
    CourseClosed,
    CourseInTreatment,
    PlanIntervalShort,
    PlanNeedsReason,
    PlanRefused,
    PrescriberNeeded,
)
from needlework.clinic.models import Course, DeviceModel, Patient
from needlework.clinic.rules import screenings
from needlework.clinic.who import Actor
from needlework.skin import devices, dosing, healing, limits, packs, protocols
from needlework.skin.packs import Pack
from needlework.skin.packs.rows import Anaesthetic, Condition
from needlework.skin.protocols import PlanCheck
from needlework.skin.tables import UnknownCodeError

from .wording import day, listed, local_day

TREATMENTS = (1, 20)
TARGET_PER_CM2 = (1, 5000)
LONGEST_INTERVAL_DAYS = 365
#: findings which let a plan pass only with a written reason, and only when a prescriber makes it
NEEDS_REASON = frozenset(
    {
        "face-above-1-5-mm",
        "outside-protocol-length",
        "outside-protocol-passes",
        "no-length-known",
        "device-for-indication",
    }
)
OUTCOMES = ("completed", "stopped-patient", "stopped-clinic")


@dataclass(frozen=True, slots=True)
class PlannedArea:
    """What is meant to be done in one area. `device` is a code of the catalogue."""

    area: str
    indication: str
    device: str
    needle_mm: Decimal
    passes: int
    endpoint: str
    target_per_cm2: int | None = None


def check_open(course: Course) -> None:
    """Raises CourseClosed."""
    if course.closed_at is not None:
        raise CourseClosed(closed_on=day(local_day(course.closed_at, course.clinic.time_zone)))


def check_row(row: PlannedArea, patient: Patient, pack: Pack) -> PlanCheck:
    """What the bounds say of one row of a plan. Raises BadInput for a figure or code that cannot be."""
    skin_type = patient.skin_type
    try:
        tool = devices.get(row.device)
        packs.find(row.indication, pack.indications, "indication")
        checked = protocols.check_plan(
            row.area,
            tool,
            float(row.needle_mm),
            row.passes,
            row.indication,
            None if patient.sex == "x" else patient.sex,  # type: ignore[arg-type]
            skin_type,
            pack=pack,
        )
    except UnknownCodeError as wrong:
        raise BadInput(because=str(wrong), at_field="areas") from wrong
    except protocols.PlanError as wrong:
        raise BadInput(because=str(wrong).partition(": ")[2], at_field=wrong.field) from wrong
    if tool.setting != "medical":
        raise BadInput(
            because=f"{tool.name} is made for use at home. Choose a medical device.", at_field="device"
        )
    check_target(row.target_per_cm2)
    if not row.endpoint.strip():
        raise BadInput(because="Say at which sign you stop, for example even redness.", at_field="endpoint")
    return checked


def check_target(target_per_cm2: int | None) -> None:
    """A target density is the clinic's own, and nobody has to have one. Raises BadInput."""
    low, high = TARGET_PER_CM2
    if target_per_cm2 is not None and not low <= target_per_cm2 <= high:
        raise BadInput(
            because=f"A target lies between {low} and {high} punctures per cm². Leave it empty if there is none.",
            at_field="target_per_cm2",
        )


def check_rows(rows: Sequence[PlannedArea], patient: Patient, pack: Pack) -> list[PlanCheck]:
    """What the bounds say of all rows. Raises BadInput, or PlanRefused at the first row outside what is allowed."""
    if not rows:
        raise BadInput(because="A plan has at least one area.", at_field="areas")
    seen: set[tuple[str, str]] = set()
    checks = []
    for number, row in enumerate(rows):
        checked = check_row(row, patient, pack)
        for finding in checked.findings:
            if finding.verdict == "refuse":
                raise PlanRefused(
                    row=number, area=pack.areas[row.area].name, because=finding.because, change=finding.change
                )
        if (row.area, row.indication) in seen:
            raise BadInput(
                because=f"{pack.areas[row.area].name} is there twice for the same concern.", at_field="areas"
            )
        seen.add((row.area, row.indication))
        checks.append(checked)
    return checks


def device_models(rows: Sequence[PlannedArea]) -> dict[str, DeviceModel]:
    """The catalogue's rows of the devices planned, by code. Raises BadInput for one that is not loaded."""
    codes = {row.device for row in rows}
    found = {model.code: model for model in DeviceModel.objects.filter(code__in=codes, listed=True)}
    missing = sorted(codes - found.keys())
    if missing:
        raise BadInput(
            because=f"The catalogue does not list {listed(missing)}. Load the reference tables, or choose another.",
            at_field="areas",
        )
    return found


def check_course_of_treatments(treatments_planned: int, interval_days: int) -> None:
    """Raises BadInput for a number of treatments or days that cannot be meant."""
    low, high = TREATMENTS
    if not low <= treatments_planned <= high:
        raise BadInput(because=f"Plan {low} to {high} treatments.", at_field="treatments_planned")
    if not 1 <= interval_days <= LONGEST_INTERVAL_DAYS:
        raise BadInput(
            because=f"The interval is 1 to {LONGEST_INTERVAL_DAYS} days.", at_field="interval_days"
        )


def shortest_interval_days(rows: Sequence[PlannedArea], patient: Patient, pack: Pack) -> int:
    """The shortest time between treatments which the protocols of these rows allow [days]."""
    weeks = [
        healing.interval_weeks(row.indication, row.area, skin_type=patient.skin_type, pack=pack)[0]
        for row in rows
    ]
    return round(max(weeks) * 7)


def check_interval(
    rows: Sequence[PlannedArea], treatments_planned: int, interval_days: int, patient: Patient, pack: Pack
) -> None:
    """Raises PlanIntervalShort: the skin would not be ready, and the start would be refused on the day."""
    shortest = shortest_interval_days(rows, patient, pack)
    if treatments_planned > 1 and interval_days < shortest:
        raise PlanIntervalShort(days=interval_days, shortest=shortest)


def check_reason(checks: Sequence[PlanCheck], note: str, *, by: Actor) -> None:
    """A plan outside the usual range has a reason, and a prescriber. Raises PlanNeedsReason or PrescriberNeeded."""
    unusual = [
        finding.because
        for checked in checks
        for finding in checked.findings
        if finding.rule in NEEDS_REASON and finding.verdict == "care"
    ]
    if not unusual:
        return
    if not note.strip():
        first = unusual[0].partition(". ")[0].rstrip(".")
        raise PlanNeedsReason(what=first[:1].lower() + first[1:])
    if not by.is_prescriber:
        raise PrescriberNeeded(role=by.role.label, what="A plan outside the usual range")


def blocks(condition: Condition | None, product: Anaesthetic) -> bool:
    """Whether a condition stands against a product as such."""
    return condition is not None and condition.effect == "blocks" and limits.acts_on(condition, product)


def anaesthetic_barriers(product: Anaesthetic, held: screenings.Assessment) -> list[str]:
    """Why the history speaks against a product, as sentences; none where it does not, or somebody who may let it through."""
    return [
        held.pack.conditions[code].because
        for code in sorted(held.screening.conditions - released(held))
        if blocks(held.pack.conditions.get(code), product)
    ]


def released(held: screenings.Assessment) -> frozenset[str]:
    """Conditions whose every finding somebody who may has let through, with a reason."""
    let = {finding.condition for finding in held.screening.findings if finding.overridden is not None}
    open_still = {finding.condition for finding in held.screening.findings if finding.overridden is None}
    return frozenset(code for code in let - open_still if code is not None)


def check_anaesthetic(code: str, patient: Patient, *, areas: Collection[str], on: date, by: Actor) -> None:
    """A product that exists and against which neither clinic nor history speaks; none is always allowed.

    Raises BadInput, AnaestheticBarred or PrescriberNeeded.
    """
    if not code:
        return
    held = screenings.assess(patient, areas=areas, on=on)
    try:
        product = dosing.product(code, held.pack)
    except UnknownCodeError as wrong:
        raise BadInput(because=str(wrong), at_field="anaesthetic") from wrong
    never = never_used(product, held.pack)
    barriers = [never] if never else anaesthetic_barriers(product, held)
    if barriers:
        raise AnaestheticBarred(product=product.name, because=barriers[0])
    if product.licence == "unlicensed" and not by.is_prescriber:
        raise PrescriberNeeded(role=by.role.label, what=product.name)


def never_used(product: Anaesthetic, pack: Pack) -> str:
    """Why this clinic cannot use a product on anybody, as a sentence; empty where it can."""
    if product.licence == "over-the-counter" and product.lidocaine_percent > dosing.OTC_LIDOCAINE_PERCENT:
        return "Over the counter above 4 % lidocaine is never used."
    if product.clinic_sets_max and product.code not in pack.max_g:
        return "The licence sets no maximum in grams. The medical lead enters the clinic's own first, in Settings, Protocols."
    return ""


def check_combined(codes: Sequence[str], pack: Pack, *, by: Actor) -> None:
    """Products that go with it exist; a medicine is planned by a prescriber. Raises BadInput or PrescriberNeeded."""
    for code in codes:
        try:
            row = packs.find(code, pack.topicals, "product")
        except UnknownCodeError as wrong:
            raise BadInput(because=str(wrong), at_field="combined_with") from wrong
        if row.under_needles == "prescriber" and not by.is_prescriber:
            raise PrescriberNeeded(role=by.role.label, what=row.name)


def check_can_be_closed(course: Course, *, outcome: str, note: str) -> None:
    """Raises CourseClosed, CourseInTreatment or BadInput."""
    check_open(course)
    running = course.treatments.filter(signed_at=None, voided_at=None).order_by("number").first()
    if running is not None:
        raise CourseInTreatment(number=running.number)
    if outcome not in OUTCOMES:
        raise BadInput(because="Say how the course ended.", at_field="outcome")
    if outcome != "completed" and not note.strip():
        raise BadInput(because="Write down why the course ends early.", at_field="note")


def row_errors(rows: Sequence[PlannedArea], patient: Patient, pack: Pack) -> list[PlanCheck | ClinicError]:
    """For the page, row by row: the check, or why there is none."""
    results: list[PlanCheck | ClinicError] = []
    for row in rows:
        try:
            results.append(check_row(row, patient, pack))
        except ClinicError as error:
            results.append(error)
    return results
